/// What is to be answered.
package struct PromptText: Equatable, Sendable {
  package var text: String
  /// Whether a chat template wrote it: then it holds all special tokens there are to be.
  package var isRendered = false
}

/// What to imitate: an answer to a prompt, or a text alone (prompt nil).
package struct DemonstrationText: Equatable, Sendable {
  package var prompt: String?
  package var completion: String
  /// Whether a chat template wrote them.
  package var isRendered = false
}

/// An answer to a prompt and whether it was good.
package struct UnpairedText: Equatable, Sendable {
  package var prompt: String
  package var completion: String
  package var isGood: Bool
}

/// The rows as texts for a trainer. Each throws, with file and line, where a row lacks what it
/// needs; messages are written out by `chat`, and are an error without one.
extension Dataset {
  /// The prompts: column `prompt`, else `text`; of {messages} everything before a last answer.
  package func prompts(chat: ChatRenderer?) throws(DataError) -> [PromptText] {
    let names = ["prompt", "messages", "conversations", "text"]
    guard let column = names.first(where: columns.contains) else {
      throw wrongColumns("prompts: a column `prompt` or `text`")
    }
    return try convert { row, place throws(DataError) in
      var given = Row([(key: column, value: row[column] ?? .null)])
      for name in ["tools", "chat_template_kwargs"] { given[name] = row[name] }
      if let messages = given.conversation {
        let isAnswered = messages.last?["role"] == "assistant"
        given = Row(given.entries.filter { $0.key != column })
        given["prompt"] = .array(isAnswered ? messages.dropLast() : messages)
      }
      let (found, isRendered) = try rendered(given, at: place, chat)
      let text = try text(found.contains("prompt") ? "prompt" : column, of: found, at: place)
      return PromptText(text: text, isRendered: isRendered)
    }
  }

  package func prompts() throws(DataError) -> [String] { try prompts(chat: nil).map(\.text) }

  /// {text}, {prompt, completion}, or the chosen answers of comparisons.
  package func demonstrations(chat: ChatRenderer? = nil) throws(DataError) -> [DemonstrationText] {
    switch type {
    case .languageModeling:
      return try convert { given, place throws(DataError) in
        let (row, isRendered) = try rendered(given, at: place, chat)
        return DemonstrationText(
          prompt: nil, completion: try text("text", of: row, at: place), isRendered: isRendered)
      }
    case .promptCompletion, .unpairedPreference:
      return try convert { given, place throws(DataError) in
        let (row, isRendered) = try rendered(given, at: place, chat)
        return DemonstrationText(
          prompt: try text("prompt", of: row, at: place),
          completion: try text("completion", of: row, at: place), isRendered: isRendered)
      }
    case .preference:
      return try preferences(chat: chat).map {
        DemonstrationText(prompt: $0.prompt, completion: $0.chosen, isRendered: $0.isRendered)
      }
    case .promptOnly, .stepwise, nil:
      throw wrongColumns(
        "demonstrations: {text}, {prompt, completion} or {prompt, chosen, rejected}")
    }
  }

  /// Comparisons: {prompt, chosen, rejected}; {chosen, rejected} with the prompt at the head of
  /// both; or the dialogues of the HH set.
  package func preferences(chat: ChatRenderer? = nil) throws(DataError) -> [PreferenceText] {
    guard type == .preference else {
      throw wrongColumns("comparisons: {prompt, chosen, rejected} or {chosen, rejected}")
    }
    let (hasPrompt, isHH) = (columns.contains("prompt"), isHHDialogues)
    let dialogues = isConversational ? try extractingPrompts() : self
    return try dialogues.convert { given, place throws(DataError) in
      let (row, isRendered) = try rendered(given, at: place, chat)
      var pair = try preference(row, at: place, hasPrompt: hasPrompt || isRendered, isHH: isHH)
      pair.isRendered = isRendered
      return pair
    }
  }

  func preference(_ row: Row, at place: Int, hasPrompt: Bool, isHH: Bool) throws(DataError)
    -> PreferenceText
  {
    let chosen = try text("chosen", of: row, at: place)
    let rejected = try text("rejected", of: row, at: place)
    if hasPrompt {
      let prompt = try text("prompt", of: row, at: place)
      return PreferenceText(prompt: prompt, chosen: chosen, rejected: rejected)
    }
    guard isHH else { return PreferenceText(sharedHead: chosen, rejected) }
    if let pair = PreferenceText(dialogues: chosen, rejected) { return pair }
    throw error(
      at: place, found: "dialogues that share no turn of the assistant",
      wanted: "the same dialogue up to the last \"\\n\\nAssistant:\"")
  }

  /// {prompt, completion, label}, or comparisons taken apart.
  package func unpaired(chat: ChatRenderer? = nil) throws(DataError) -> [UnpairedText] {
    if type == .preference {
      let whole = columns.contains("prompt") ? self : try extractingPrompts()
      return try whole.unpairing().unpaired(chat: chat)
    }
    guard type == .unpairedPreference else {
      throw wrongColumns("labelled answers: {prompt, completion, label} or comparisons")
    }
    return try convert { given, place throws(DataError) in
      let (row, _) = try rendered(given, at: place, chat)
      return UnpairedText(
        prompt: try text("prompt", of: row, at: place),
        completion: try text("completion", of: row, at: place),
        isGood: try label(of: row, at: place))
    }
  }

  /// The row with its messages written out, and whether it had any. Without `chat` it stays as it is.
  private func rendered(_ row: Row, at place: Int, _ chat: ChatRenderer?) throws(DataError)
    -> (row: Row, isRendered: Bool)
  {
    guard let chat else { return (row, false) }
    do {
      if let made = try row.rendered(chat) { return (made, true) }
      return (row, false)
    } catch let fault as DataError {
      throw error(at: place, found: fault.found, wanted: fault.wanted)
    } catch {
      throw self.error(
        at: place, found: "\(error)", wanted: "messages that the chat template can write out")
    }
  }
}

extension Dataset {
  func convert<Text>(_ body: (Row, Int) throws(DataError) -> Text)
    throws(DataError) -> [Text]
  {
    var texts: [Text] = []
    texts.reserveCapacity(count)
    for place in 0..<count { texts.append(try body(try row(place), place)) }
    return texts
  }

  func text(_ column: String, of row: Row, at place: Int) throws(DataError) -> String {
    switch row[column] {
    case .string(let text): return text
    case nil where row.conversation != nil:
      throw error(
        at: place, found: "messages", wanted: "a string in `\(column)`",
        remedy: "write them out with tok.apply_chat_template(messages)")
    case nil:
      throw error(at: place, found: "no column `\(column)`", wanted: "a string in `\(column)`")
    case .array where row.messages(column) != nil:
      throw error(
        at: place, found: "messages in `\(column)`", wanted: "a string",
        remedy: "write them out with tok.apply_chat_template(messages)")
    case let value?:
      throw error(
        at: place, found: "\(value.kind) in `\(column)`", wanted: "a string in `\(column)`")
    }
  }

  /// A label as a bool, 1 or 0, or (from .csv) one of these as text.
  private func label(of row: Row, at place: Int) throws(DataError) -> Bool {
    try label(row["label"], in: "label", at: place)
  }

  func label(_ value: JSON?, in column: String, at place: Int) throws(DataError) -> Bool {
    switch value {
    case .bool(let label): return label
    case .int(1), .string("true"), .string("True"), .string("1"): return true
    case .int(0), .string("false"), .string("False"), .string("0"): return false
    case let value:
      throw error(
        at: place, found: "\(value?.kind ?? "nothing") in `\(column)`", wanted: "true or false")
    }
  }

  func wrongColumns(_ wanted: String) -> DataError {
    DataError(
      file: name.isEmpty ? nil : name,
      found: columns.isEmpty ? "no columns" : "the columns \(columns.joined(separator: ", "))",
      wanted: wanted, remedy: "data.map(fn(row) => {…}) with the columns' new names")
  }
}
