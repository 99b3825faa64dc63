import RLXData
import RLXModels
import RLXScript

extension TokenizerMethods {
  static let conversation = "[{role: \"user\", content: \"Hi\"}]"

  /// `tokenizer.apply_chat_template`: a conversation as text or ids.
  static var chat: FunctionSpec {
    FunctionSpec(
      "apply_chat_template",
      "A conversation as the model's chat template writes it: its ids, or with tokenize: false its "
        + "text. The template is Jinja as transformers runs it, in a sandbox; special tokens in its "
        + "text are tokens, and none are put around it.",
      parameters: [
        ParameterSpec(
          "messages", .listOf(.map), example: conversation,
          doc: "maps with role and content, and what else the template reads"),
        ParameterSpec(
          "add_generation_prompt", .bool, default: .bool(false),
          doc: "whether the beginning of an answer is put at the end"),
        ParameterSpec("tokenize", .bool, default: .bool(true), doc: "ids, or the text"),
        ParameterSpec(
          "continue_final_message", .bool, default: .bool(false),
          doc: "whether the last message is left open, to be gone on with"),
        ParameterSpec(
          "tools", .listOf(.map), optional: true, doc: "what may be called, as JSON schemas"),
        ParameterSpec("documents", .listOf(.map), optional: true, doc: "what may be looked up"),
        ParameterSpec(
          "template", .string, optional: true, aliases: ["chat_template"],
          doc: "the name of one of the tokenizer's templates, or the text of one"),
        ParameterSpec(
          "date", .string, optional: true, example: "\"2026-01-31\"",
          doc: "the day a template may write"),
        ParameterSpec(
          "variables", .map, optional: true, example: "{enable_thinking: false}",
          doc: "more that the template reads"),
      ], returns: "ids or string",
      example: "tok = \(Self.example)\nchat = \(conversation)\n"
        + "ids = tok.apply_chat_template(chat, template: \"<u>{{ messages[0].content }}\")\n"
        + "tok.decode(ids)  #> \"<u>Hi\""
    ) { call in
      let tokenizer = try call.object(as: TokenizerObject.self).tokenizer
      let messages = try json(call, "messages") ?? []
      let settings = try Self.settings(call)
      guard try call.bool("tokenize") else {
        return .string(try tokenizer.chat(messages, settings).text)
      }
      return .ids(try tokenizer.chatIDs(messages, settings))
    }
  }

  /// The settings of a call that has the parameters of `chat`.
  private static func settings(_ call: Call) throws -> ChatSettings {
    var settings = ChatSettings(addsGenerationPrompt: try call.bool("add_generation_prompt"))
    settings.continuesLastMessage = try call.bool("continue_final_message")
    settings.tools = try json(call, "tools")
    settings.documents = try json(call, "documents")
    if call.isGiven("template") { settings.template = try call.string("template") }
    if call.isGiven("date") {
      guard let date = TemplateDate(try call.string("date")) else {
        throw call.wrong("date", "a day such as \"2026-01-31\"")
      }
      settings.date = date
    }
    if call.isGiven("variables") {
      let value = try JSON(call.value("variables"), for: "\(call.spec.qualifiedName): variables")
      settings.variables = value.objectValue ?? [:]
    }
    return settings
  }

  static func json(_ call: Call, _ name: String) throws -> [JSON]? {
    guard call.isGiven(name) else { return nil }
    return try call.list(name).enumerated().map { place, value in
      try JSON(value, for: "\(call.spec.qualifiedName): \(name)[\(place)]")
    }
  }
}
