/// What to imitate: an answer to a prompt, or a text alone (prompt nil).
package struct DemonstrationText: Equatable, Sendable {
  package var prompt: String?
  package var completion: String
}

/// An answer to a prompt and whether it was good.
package struct UnpairedText: Equatable, Sendable {
  package var prompt: String
  package var completion: String
  package var isGood: Bool
}

/// The rows as texts for a trainer. Each throws, with file and line, where a row lacks what it
/// needs; lists of messages first need a chat template.
extension Dataset {
  /// The prompts: column `prompt`, else `text`.
  package func prompts() throws(DataError) -> [String] {
    guard let column = ["prompt", "text"].first(where: columns.contains) else {
      throw wrongColumns("prompts: a column `prompt` or `text`")
    }
    return try convert { row, place throws(DataError) in try text(column, of: row, at: place) }
  }

  /// {text}, {prompt, completion}, or the chosen answers of comparisons.
  package func demonstrations() throws(DataError) -> [DemonstrationText] {
    switch type {
    case .languageModeling:
      let column = columns.contains("messages") ? "messages" : "text"
      return try convert { row, place throws(DataError) in
        DemonstrationText(prompt: nil, completion: try text(column, of: row, at: place))
      }
    case .promptCompletion, .unpairedPreference:
      return try convert { row, place throws(DataError) in
        DemonstrationText(
          prompt: try text("prompt", of: row, at: place),
          completion: try text("completion", of: row, at: place))
      }
    case .preference:
      return try preferences().map { DemonstrationText(prompt: $0.prompt, completion: $0.chosen) }
    case .promptOnly, .stepwise, nil:
      throw wrongColumns(
        "demonstrations: {text}, {prompt, completion} or {prompt, chosen, rejected}")
    }
  }

  /// Comparisons: {prompt, chosen, rejected}; {chosen, rejected} with the prompt at the head of
  /// both; or the dialogues of the HH set.
  package func preferences() throws(DataError) -> [PreferenceText] {
    guard type == .preference else {
      throw wrongColumns("comparisons: {prompt, chosen, rejected} or {chosen, rejected}")
    }
    let (hasPrompt, isDialogues) = (columns.contains("prompt"), isHHDialogues)
    return try convert { row, place throws(DataError) in
      let chosen = try text("chosen", of: row, at: place)
      let rejected = try text("rejected", of: row, at: place)
      if hasPrompt {
        let prompt = try text("prompt", of: row, at: place)
        return PreferenceText(prompt: prompt, chosen: chosen, rejected: rejected)
      }
      guard isDialogues else { return PreferenceText(sharedHead: chosen, rejected) }
      if let pair = PreferenceText(dialogues: chosen, rejected) { return pair }
      throw error(
        at: place, found: "dialogues that share no turn of the assistant",
        wanted: "the same dialogue up to the last \"\\n\\nAssistant:\"")
    }
  }

  /// {prompt, completion, label}, or comparisons taken apart: first all chosen answers, then all
  /// rejected ones (TRL's `unpair_preference_dataset`).
  package func unpaired() throws(DataError) -> [UnpairedText] {
    if type == .preference {
      let pairs = try preferences()
      return pairs.map { UnpairedText(prompt: $0.prompt, completion: $0.chosen, isGood: true) }
        + pairs.map { UnpairedText(prompt: $0.prompt, completion: $0.rejected, isGood: false) }
    }
    guard type == .unpairedPreference else {
      throw wrongColumns("labelled answers: {prompt, completion, label} or comparisons")
    }
    return try convert { row, place throws(DataError) in
      UnpairedText(
        prompt: try text("prompt", of: row, at: place),
        completion: try text("completion", of: row, at: place),
        isGood: try label(of: row, at: place))
    }
  }

  /// {chosen, rejected} as {prompt, chosen, rejected} (TRL's `extract_prompt`), other columns left
  /// out.
  package func extractingPrompts() throws(DataError) -> Dataset {
    let rows = try preferences().map {
      [
        "prompt": .string($0.prompt), "chosen": .string($0.chosen),
        "rejected": .string($0.rejected),
      ]
        as Row
    }
    return Dataset(rows: rows, name: name)
  }

  /// Comparisons as {prompt, completion, label}.
  package func unpairing() throws(DataError) -> Dataset {
    let rows = try unpaired().map {
      [
        "prompt": .string($0.prompt), "completion": .string($0.completion),
        "label": .bool($0.isGood),
      ]
        as Row
    }
    return Dataset(rows: rows, name: name)
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
    case nil:
      throw error(at: place, found: "no column `\(column)`", wanted: "a string in `\(column)`")
    case .array(let messages) where messages.first?["role"] != nil:
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
