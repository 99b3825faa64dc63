// One dataset type as another, as TRL's functions of these names make them. Rows of large files are
// converted when they are asked for.

extension Dataset {
  /// Comparisons whose prompt stands at the head of both answers as {prompt, chosen, rejected} (TRL's
  /// `maybe_extract_prompt`); others as they are. Of dialogues whole turns are compared, of the HH
  /// set's texts the prompt ends with "\n\nAssistant:".
  ///
  /// A prompt that stands there as text beside conversational answers gives way to the one they share.
  package func extractingPrompts() throws(DataError) -> Dataset {
    guard type == .preference else {
      throw wrongColumns("comparisons: {prompt, chosen, rejected} or {chosen, rejected}")
    }
    let isHH = isHHDialogues
    let names = ["prompt", "chosen", "rejected"]
    let others = columns.filter { !names.contains($0) }
    return try converting("prompts extracted", columns: names + others) {
      [self] row, place throws(DataError) in
      try extractingPrompt(row, at: place, isHH: isHH)
    }
  }

  private func extractingPrompt(_ row: Row, at place: Int, isHH: Bool) throws(DataError) -> Row {
    let (chosen, rejected) = (row.messages("chosen"), row.messages("rejected"))
    if let prompt = row["prompt"], !prompt.isNull,
      (chosen == nil) == (row.messages("prompt") == nil)
    {
      return row
    }
    var made: Row
    if let chosen, let rejected {
      // As of texts, at least one turn is left to either answer.
      let most = max(0, min(chosen.count, rejected.count) - 1)
      let shared = min(most, zip(chosen, rejected).prefix { Self.isSameTurn($0, $1) }.count)
      made = [
        "prompt": .array(Array(chosen[..<shared])), "chosen": .array(Array(chosen[shared...])),
        "rejected": .array(Array(rejected[shared...])),
      ]
    } else {
      let pair = try preference(row, at: place, hasPrompt: false, isHH: isHH)
      made = [
        "prompt": .string(pair.prompt), "chosen": .string(pair.chosen),
        "rejected": .string(pair.rejected),
      ]
    }
    for (key, value) in row where !made.contains(key) { made[key] = value }
    return made
  }

  /// The order of keys does not count.
  private static func isSameTurn(_ a: JSON, _ b: JSON) -> Bool {
    guard let a = a.objectValue, let b = b.objectValue else { return a == b }
    return a.count == b.count && a.allSatisfy { b[$0.key] == $0.value }
  }

  /// The same rows with one column under another name.
  package func renaming(_ column: String, to name: String) throws(DataError) -> Dataset {
    try converting(
      "renamed \(column) to \(name)", columns: columns.map { $0 == column ? name : $0 }
    ) { row, _ throws(DataError) in
      Row(row.lazy.map { (key: $0.key == column ? name : $0.key, value: $0.value) })
    }
  }

  /// Comparisons as {prompt, completion, label} (TRL's `unpair_preference_dataset`): of each thousand
  /// rows first all chosen answers, then all rejected ones. Other columns come along with both.
  package func unpairing() throws(DataError) -> Dataset {
    guard type == .preference else {
      throw wrongColumns("comparisons: {prompt, chosen, rejected} or {chosen, rejected}")
    }
    let columns = columns.filter { $0 != "chosen" && $0 != "rejected" } + ["completion", "label"]
    let made = replacing(UnpairedRows(base: rows), columns: columns)
    return isLazy ? made : Dataset(rows: try made.allRows(), name: name)
  }
}

/// Each comparison as two rows, in batches as TRL takes them.
private struct UnpairedRows: Rows {
  let base: any Rows
  private static let batch = 1000

  var count: Int { 2 * base.count }
  var isLazy: Bool { base.isLazy }

  /// The comparison a row comes from, and whether it is the chosen answer.
  private func source(_ place: Int) -> (place: Int, isChosen: Bool) {
    let first = place / (2 * Self.batch) * Self.batch
    let inBatch = place - 2 * first
    let size = min(Self.batch, base.count - first)
    return inBatch < size ? (first + inBatch, true) : (first + inBatch - size, false)
  }

  func row(_ place: Int) throws(DataError) -> Row {
    let (source, isChosen) = source(place)
    let pair = try base.row(source)
    var row = Row(pair.entries.filter { $0.key != "chosen" && $0.key != "rejected" })
    row["completion"] = pair[isChosen ? "chosen" : "rejected"]
    row["label"] = .bool(isChosen)
    return row
  }

  func line(_ place: Int) -> Int? { base.line(source(place).place) }

  func digest() throws(DataError) -> SHA256.Digest? {
    try base.digest().map { SHA256.hash("unpaired \($0.hex)") }
  }
}
