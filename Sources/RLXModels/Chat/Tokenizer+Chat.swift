import RLXData

extension Tokenizer {
  /// Whether a chat template came with the tokenizer.
  package var hasChatTemplate: Bool { !templates.entries.isEmpty }

  /// A conversation as the tokenizer's template writes it, with its special tokens in the text.
  ///
  /// `messages` are objects with `role` and `content` and whatever else the template reads. As
  /// transformers does, fields that are null are left out, and what the assistant thought is found
  /// under any of its names (`reasoning_content`, `thinking`, `reasoning`).
  ///
  /// Throws where there is no template or it does not parse, refuses the conversation
  /// (`raise_exception`) or fails, with its line and column.
  package func chat(_ messages: [JSON], _ settings: ChatSettings = ChatSettings())
    throws(ModelError) -> ChatText
  {
    let hasTools = settings.tools != nil
    let template = try templates.template(settings.template, withTools: hasTools)
    var messages = try ChatMessages.plain(messages)
    var open = ""
    if settings.continuesLastMessage {
      guard !settings.addsGenerationPrompt else {
        throw .setting(
          name: "continue_final_message", found: "true, as is add_generation_prompt",
          wanted: "one of them")
      }
      open = try ChatMessages.markEnd(of: &messages)
    }
    var variables: JSONObject = [
      "messages": .array(messages.map { .object($0) }),
      "tools": settings.tools.map { .array($0) } ?? .null,
      "documents": settings.documents.map { .array($0) } ?? .null,
      "add_generation_prompt": .bool(settings.addsGenerationPrompt),
    ]
    for (name, token) in special.names { variables[name] = .string(token) }
    for (name, value) in settings.variables { variables[name] = value }
    let rendered: Template.Rendered
    do throws(TemplateError) {
      rendered = try template.render(variables, date: settings.date)
    } catch {
      throw .chatTemplate(
        place: templates.place(settings.template, withTools: hasTools), error: error)
    }
    guard settings.continuesLastMessage else {
      return ChatText(text: rendered.text, generated: rendered.generated)
    }
    return ChatText(text: try ChatMessages.cutAtMark(rendered.text, message: open), generated: [])
  }

  /// The ids of a conversation: its text's, in which marks are special tokens, with nothing put
  /// around it.
  package func chatIDs(_ messages: [JSON], _ settings: ChatSettings = ChatSettings())
    throws(ModelError) -> [Int32]
  {
    try encoded(try chat(messages, settings).text, special: false)
  }
}

/// Messages as templates expect them.
enum ChatMessages {
  private static let thoughts = ["reasoning_content", "thinking", "reasoning"]

  /// The messages without fields that are null, thoughts under the names that templates read.
  static func plain(_ messages: [JSON]) throws(ModelError) -> [JSONObject] {
    guard !messages.isEmpty else {
      throw .setting(name: "messages", found: "an empty conversation", wanted: "a message or more")
    }
    var plain: [JSONObject] = []
    for (place, message) in messages.enumerated() {
      guard let object = message.objectValue else {
        throw .setting(
          name: "messages[\(place)]", found: JSONFields.shown(message),
          wanted: "a message such as {role: \"user\", content: \"…\"}")
      }
      var fields = JSONObject(object.filter { !$0.value.isNull })
      if let thought = thoughts.lazy.compactMap({ fields[$0] }).first {
        if fields["thinking"] == nil {
          fields = JSONObject([(key: "thinking", value: thought)] + fields.entries)
        }
        fields["reasoning_content"] = thought
      }
      plain.append(fields)
    }
    return plain
  }

  // MARK: - Going on with the last message

  /// What marks the end of the last message in the rendered text: the template may trim the space at
  /// its end, which tells whether it trims the message.
  private static let mark = "RLX_END_OF_THE_OPEN_MESSAGE "

  /// Marks where the last message ends, whose text it returns.
  static func markEnd(of messages: inout [JSONObject]) throws(ModelError) -> String {
    let last = messages.count - 1
    switch messages[last]["content"] {
    case .string(let text)?:
      messages[last]["content"] = .string(text + mark)
      return text
    case .array(var blocks)?:
      // The last block with a text is the one that goes on.
      guard
        let place = blocks.lastIndex(where: { $0["text"]?.stringValue != nil }),
        var block = blocks[place].objectValue, let text = block["text"]?.stringValue
      else { throw nothingOpen(blocks.count == 0 ? "an empty list" : "no text") }
      block["text"] = .string(text + mark)
      blocks[place] = .object(block)
      messages[last]["content"] = .array(blocks)
      return text
    case nil: throw nothingOpen("no content")
    case .some(let other): throw nothingOpen(other.kind)
    }
  }

  private static func nothingOpen(_ found: String) -> ModelError {
    .setting(
      name: "continue_final_message", found: "true, while the last message has \(found)",
      wanted: "a last message with a text to go on with")
  }

  static func cutAtMark(_ text: String, message: String) throws(ModelError) -> String {
    let bytes = Array(text.utf8)
    let trimmed = Array(mark.utf8.dropLast())
    var found: Int?
    var at = 0
    while let next = ByteText.firstIndex(of: trimmed, in: bytes, from: at) {
      found = next
      at = next + 1
    }
    let core = Array(TemplateText.stripped(message, nil).utf8)
    guard let found, core.isEmpty || ByteText.firstIndex(of: core, in: bytes) != nil else {
      throw .setting(
        name: "continue_final_message",
        found: "true, while the template leaves the last message out or changes it",
        wanted: "a template that writes the last message")
    }
    let open = String(decoding: bytes[..<found], as: UTF8.self)
    let isWhole = bytes[found...].starts(with: mark.utf8)
    return isWhole ? open : TemplateText.stripped(open, nil, left: false)
  }
}
