import RLXData

/// How a conversation becomes text.
package struct ChatSettings: Sendable {
  /// Whether the beginning of an answer of the assistant is put at the end.
  package var addsGenerationPrompt = false
  /// Whether the last message is left open, to be gone on with.
  package var continuesLastMessage = false
  /// What the assistant may call, each as a JSON schema; nil for none.
  package var tools: [JSON]?
  /// What the assistant may look things up in; nil for none.
  package var documents: [JSON]?
  /// The name of a template, or the text of one; nil for the tokenizer's own.
  package var template: String?
  /// More for the template to read, such as `enable_thinking`; they go before the special tokens.
  package var variables: JSONObject = [:]
  /// The day a template may write.
  package var date: TemplateDate?

  package init(addsGenerationPrompt: Bool = false) {
    self.addsGenerationPrompt = addsGenerationPrompt
  }
}

/// A conversation as a template wrote it.
package struct ChatText: Equatable, Sendable {
  package let text: String
  /// The stretches of `text`, in bytes of UTF-8, that the template marks as what the assistant said.
  package let generated: [Range<Int>]
}
