import RLXModels
import RLXScript

/// One answer of a model to one prompt.
package final class CompletionObject: Unchanging {
  package static let typeName = "Completion"

  package let completion: Completion
  /// The prompt as text; decoded where ids were given.
  package let prompt: String
  /// Who gave it, and how it was drawn, as JSON: what a label database keeps.
  package let model: String
  package let settings: String
  /// What its ids belong to.
  let tokenizer: Tokenizer
  package let identity = ObjectIdentity()

  init(_ completion: Completion, prompt: String, settings: String, of model: ModelObject) {
    self.completion = completion
    self.prompt = prompt
    self.settings = settings
    self.model = model.name
    tokenizer = model.model.tokenizer
  }

  package var typeName: String { Self.typeName }
  package var isData: Bool { true }

  var item: CompletionsView.Item {
    CompletionsView.Item(
      prompt: prompt, text: completion.text, finish: completion.finish.rawValue,
      tokenCount: completion.tokens.count)
  }

  package func display(_ style: DisplayStyle) -> String {
    CompletionsView([item]).text(ViewStyle(style))
  }

  package func brief() -> String { "<Completion \(Value.string(Text(completion.text)).shown)>" }

  package func isEqual(to other: any HostObject) -> Bool {
    guard let other = other as? CompletionObject else { return false }
    return completion == other.completion && Text(prompt) == Text(other.prompt)
  }

  package func plain() throws -> Value? {
    .map([
      ("prompt", .string(prompt)), ("text", .string(completion.text)),
      ("tokens", .ids(completion.tokens)), ("logprobs", .numbers(completion.logProbs)),
      ("finish", .string(completion.finish.rawValue)), ("row", .int(completion.row)),
    ])
  }

  package func absorb(into digest: inout DigestBuilder) {
    digest.text(prompt)
    digest.integers(completion.promptTokens)
    digest.text(completion.text)
    digest.integers(completion.tokens)
    digest.floats(completion.logProbs)
    digest.text(completion.finish.rawValue)
    digest.count(completion.row)
  }
}

extension Value {
  static func ids(_ tokens: [Int32]) -> Value { .list(tokens.map { .int(Int($0)) }) }

  static func numbers<Number: BinaryFloatingPoint>(_ numbers: [Number]) -> Value {
    .list(numbers.map { .float(Double($0)) })
  }
}
