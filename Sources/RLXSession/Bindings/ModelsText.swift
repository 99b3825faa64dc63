import RLXData
import RLXModels
import RLXScript
import RLXTraining

/// Reads what a script gives as text or ids: the one way by which text becomes ids.
///
/// A prompt is encoded with the tokenizer's special tokens; a response as the continuation of its
/// prompt, without special tokens, dummy space or end token. Lists of ints are ids, as they are.
struct TextReader {
  let tokenizer: Tokenizer
  /// What errors call the argument: `Model.generate: prompts`.
  private let owner: String
  private let parameter: String

  init(_ model: ModelObject, _ call: Call, _ parameter: String) {
    self.init(model.model.tokenizer, call, parameter)
  }

  init(_ tokenizer: Tokenizer, _ call: Call, _ parameter: String) {
    self.tokenizer = tokenizer
    owner = call.spec.qualifiedName
    self.parameter = parameter
  }

  static let promptTypes: ValueType = .oneOf([
    .string, .list, .host(DatasetObject.typeName), .host(CompletionsObject.typeName),
  ])

  func wrong(_ value: Value, _ wanted: String, at place: Int? = nil) -> Fault {
    let name = parameter + (place.map { "[\($0)]" } ?? "")
    return Fault(
      .type, "\(owner): \(name): expected \(wanted), got \(value.described)", parameter: parameter)
  }

  // MARK: Prompts

  func prompt(_ text: String) throws -> Prompt {
    Prompt(text: text, tokens: try tokenizer.encoded(text))
  }

  /// One prompt: a text, ids, a Completion's prompt, or a row {prompt} or {text}.
  func prompt(_ value: Value, at place: Int? = nil) throws -> Prompt {
    switch value {
    case .string(let text): return try prompt(text.string)
    case .list(let list) where list.elements.first.map({ $0.kind == .map }) == true:
      return try prompt(.map([("messages", value)]), at: place)
    case .list, .range:
      let tokens = try ids(value, at: place)
      return Prompt(text: tokenizer.decode(tokens, skipSpecial: true), tokens: tokens)
    case .map(let row):
      if let dialogue = try dialogue(row) { return try prompt(dialogue.prompts(chat: chat)[0]) }
      if case .string(let text)? = row["prompt"] ?? row["text"] { return try prompt(text.string) }
    case .host(let object):
      if let answer = object as? CompletionObject {
        guard answer.tokenizer.isSame(as: tokenizer) else { return try prompt(answer.prompt) }
        return Prompt(text: answer.prompt, tokens: answer.completion.promptTokens)
      }
    default: break
    }
    throw wrong(value, "a text or a list of ids", at: place)
  }

  /// All prompts of a text, a list of texts or of lists of ids, a list of ids, or a Dataset.
  func prompts(_ value: Value) throws -> [Prompt] {
    switch value {
    case .string(let text): return [try prompt(text.string)]
    case .host(let object):
      if let data = object as? DatasetObject {
        return try data.dataset.prompts(chat: chat).map {
          try prompt($0)
        }
      }
      if let answers = object as? CompletionsObject {
        return try answers.items.map { try prompt(.host($0)) }
      }
    case .list, .range:
      let elements = try value.asElements() ?? []
      if case .int? = elements.first { return [try prompt(value)] }
      if case .map(let row)? = elements.first, row["role"] != nil { return [try prompt(value)] }
      return try elements.enumerated().map { try prompt($1, at: $0) }
    default: break
    }
    throw wrong(value, "a text, a list of texts or of lists of ids, or a Dataset")
  }

  private func prompt(_ text: PromptText) throws -> Prompt {
    Prompt(text: text.text, tokens: try tokenizer.encoded(text.text, special: !text.isRendered))
  }

  // MARK: Dialogues

  /// Writes messages out by the tokenizer's chat template; nil where it has none.
  var chat: ChatRenderer? {
    guard tokenizer.hasChatTemplate else { return nil }
    return { [tokenizer] request in
      var settings = ChatSettings(addsGenerationPrompt: request.addsGenerationPrompt)
      settings.continuesLastMessage = request.continuesFinalMessage
      settings.tools = request.tools?.arrayValue
      settings.variables = request.options
      return try tokenizer.chat(request.messages, settings).text
    }
  }

  /// The ids of a prompt and its answer as a chat template wrote them: those of both together, cut behind
  /// the prompt's, as TRL does; where a token straddles the seam, the answer's own.
  func rendered(_ prompt: String, _ answer: String) throws -> (prompt: [Int32], answer: [Int32]) {
    let head = try tokenizer.encoded(prompt, special: false)
    let whole = try tokenizer.encoded(prompt + answer, special: false)
    if whole.starts(with: head) { return (head, Array(whole.dropFirst(head.count))) }
    return (head, try tokenizer.encodedContinuation(prompt: prompt, response: answer))
  }

  /// A row whose texts are messages as a dataset of that row; nil of other rows.
  func dialogue(_ row: MapValue) throws -> Dataset? {
    let isDialogue = row.entries.contains { _, value in
      guard case .list(let list) = value, case .map(let first)? = list.elements.first else {
        return false
      }
      return first["role"] != nil || first["from"] != nil
    }
    guard isDialogue, case .object(let object) = try JSON(.map(row), for: owner) else { return nil }
    return Dataset(rows: [object])
  }

  func ids(_ value: Value, at place: Int? = nil) throws -> [Int32] {
    guard let elements = try value.asElements() else { throw wrong(value, "ids", at: place) }
    return try elements.map { element in
      guard case .int(let id) = element else {
        throw wrong(element, "ints (the ids of one text)", at: place)
      }
      guard let token = Int32(exactly: id), token >= 0 else {
        throw Fault(
          .value, "\(owner): \(parameter): \(id) is no token",
          remedy: "ids go from 0 to \(tokenizer.vocabularySize - 1)", parameter: parameter)
      }
      return token
    }
  }

  // MARK: Responses

  /// A response to a prompt: a text, ids, or a Completion with the ids it was sampled as.
  func response(_ value: Value, to prompt: Prompt, at place: Int? = nil) throws
    -> (text: String, tokens: [Int32])
  {
    switch value {
    case .string(let text):
      return (
        text.string,
        try tokenizer.encodedContinuation(prompt: prompt.text, response: text.string)
      )
    case .list, .range:
      let tokens = try ids(value, at: place)
      return (tokenizer.decodeContinuation(prompt: prompt.tokens, tokens), tokens)
    case .host(let object):
      if let answer = object as? CompletionObject {
        // Another model's ids mean nothing here: then the text counts.
        guard answer.tokenizer.isSame(as: tokenizer) else {
          return try response(.string(answer.completion.text), to: prompt, at: place)
        }
        return (answer.completion.text, answer.completion.tokens)
      }
    default: break
    }
    throw wrong(value, "a text, a list of ids or a Completion", at: place)
  }
}
