/// What a dataset is for, by its columns: TRL's dataset types under TRL's names.
package enum DatasetType: String, Sendable, CaseIterable {
  /// {text}, {messages}, or {conversations}
  case languageModeling = "language modeling"
  /// {prompt}
  case promptOnly = "prompt-only"
  /// {prompt, completion}
  case promptCompletion = "prompt-completion"
  /// {prompt, chosen, rejected}, or {chosen, rejected} with the prompt at the head of both
  case preference = "preference"
  /// {prompt, completion, label}
  case unpairedPreference = "unpaired preference"
  /// {prompt, completions, labels}
  case stepwise = "stepwise supervision"

  /// The type of rows with these columns; columns no type asks for do not count.
  package init?(columns: [String]) {
    func has(_ wanted: String...) -> Bool {
      wanted.allSatisfy { name in columns.contains { $0.isExactly(name) } }
    }
    if has("prompt", "completions", "labels") {
      self = .stepwise
    } else if has("chosen", "rejected") {
      self = .preference
    } else if has("prompt", "completion", "label") {
      self = .unpairedPreference
    } else if has("prompt", "completion") {
      self = .promptCompletion
    } else if has("messages") || has("conversations") || has("text") {
      self = .languageModeling
    } else if has("prompt") {
      self = .promptOnly
    } else {
      return nil
    }
  }

  /// The columns that hold text or messages.
  var textColumns: [String] {
    switch self {
    case .languageModeling: ["messages", "conversations", "text"]
    case .promptOnly: ["prompt"]
    case .promptCompletion, .unpairedPreference: ["prompt", "completion"]
    case .preference: ["prompt", "chosen", "rejected"]
    case .stepwise: ["prompt"]
    }
  }
}

extension Dataset {
  /// TRL's type of this dataset, nil if its columns make none.
  package var type: DatasetType? { DatasetType(columns: columns) }

  /// True if its texts are lists of messages {role, content}; told from the first row, as TRL does.
  package var isConversational: Bool {
    guard let type, count(upTo: 1) > 0, let first = try? row(0) else { return false }
    return type.textColumns.contains { first.messages($0) != nil }
  }

  /// True for the layout of Anthropic's HH set: {chosen, rejected}, each a whole dialogue.
  package var isHHDialogues: Bool {
    guard type == .preference, !columns.contains("prompt"), count(upTo: 1) > 0,
      let first = try? row(0), let chosen = first["chosen"]?.stringValue
    else { return false }
    return PreferenceText.isDialogue(chosen)
  }
}
