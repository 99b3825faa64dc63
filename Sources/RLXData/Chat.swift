/// What a chat template is to write out.
package struct ChatRequest: Equatable, Sendable {
  /// Objects {role, content}, in order.
  package var messages: [JSON]
  /// The row's column `tools`, if it has one.
  package var tools: JSON?
  /// Whether what begins an answer of the assistant follows.
  package var addsGenerationPrompt = false
  /// Whether the last message is still to be continued: nothing follows its text.
  package var continuesFinalMessage = false
  /// More names for the template: the row's column `chat_template_kwargs`.
  package var options = JSONObject()
}

/// Writes messages out as one text, as a tokenizer's chat template does.
package typealias ChatRenderer = (ChatRequest) throws -> String

extension JSONObject {
  /// The messages in a column: a list of objects with a role. The form {from, value} is taken for {role,
  /// content} (TRL's `maybe_convert_to_chatml`); nil if the column holds something else.
  func messages(_ column: String) -> [JSON]? {
    guard let list = self[column]?.arrayValue, let first = list.first?.objectValue,
      first.contains("role") || (first.contains("from") && first.contains("value"))
    else { return nil }
    return list.map { message in
      guard let object = message.objectValue else { return message }
      return .object(
        JSONObject(
          object.map { entry in
            switch entry.key {
            case "from": (key: "role", value: entry.value)
            case "value": (key: "content", value: entry.value)
            default: entry
            }
          }))
    }
  }

  /// The column of a whole conversation, if there is one.
  var conversation: [JSON]? { messages("messages") ?? messages("conversations") }
}

extension Row {
  /// This row with its messages written out, {messages} as {text}; nil if it has none (TRL's
  /// `apply_chat_template`).
  ///
  /// A prompt that ends with the user's turn goes on with what begins an answer, one that ends with the
  /// assistant's is to be continued. An answer is what the template writes for prompt and answer
  /// together, after the prompt; where the two differ earlier, the prompt ends there.
  package func rendered(_ render: ChatRenderer) throws -> Row? {
    var request = ChatRequest(messages: [], tools: tools)
    if let options = self["chat_template_kwargs"]?.objectValue { request.options = options }
    func text(_ messages: [JSON]) throws -> String {
      request.messages = messages
      (request.addsGenerationPrompt, request.continuesFinalMessage) = (false, false)
      return try render(request)
    }
    var row = self
    if let messages = conversation {
      row = Row(entries.filter { !["messages", "conversations"].contains($0.key) })
      row["text"] = .string(try text(messages))
    }
    let answers = ["chosen", "rejected", "completion"].compactMap { column in
      messages(column).map { (column: column, messages: $0) }
    }
    guard let prompt = messages("prompt") else {
      for (column, messages) in answers { row[column] = .string(try text(messages)) }
      return conversation == nil && answers.isEmpty ? nil : row
    }
    request.messages = prompt
    switch prompt.last?["role"]?.stringValue {
    case "user", "tool": request.addsGenerationPrompt = true
    case "assistant": request.continuesFinalMessage = true
    case let role:
      throw DataError(
        found: role.map { "a prompt whose last message is the \($0)'s" }
          ?? "a last message without a role",
        wanted: "prompts that end with the user's, a tool's or the assistant's turn")
    }
    var head = Array(try render(request).unicodeScalars)
    var wholes: [(column: String, text: [Unicode.Scalar])] = []
    for (column, messages) in answers {
      let whole = Array(try text(prompt + messages).unicodeScalars)
      head.removeLast(head.count - zip(head, whole).prefix { $0 == $1 }.count)
      wholes.append((column, whole))
    }
    func string(_ scalars: some Sequence<Unicode.Scalar>) -> JSON {
      var text = String.UnicodeScalarView()
      text.append(contentsOf: scalars)
      return .string(String(text))
    }
    row["prompt"] = string(head)
    for (column, whole) in wholes { row[column] = string(whole.dropFirst(head.count)) }
    return row
  }

  /// The column `tools`; as text it is JSON.
  private var tools: JSON? {
    switch self["tools"] {
    case .string(let text): try? JSON.parse(text)
    case .null, nil: nil
    case let tools: tools
    }
  }
}
