import Foundation
import RLXScript

extension Runner {
  /// From now on what runs can be undone.
  func keepUndo() {
    history = UndoHistory(
      memoryLimit: options.undoMemory, diskLimit: options.undoDisk,
      folder: NSTemporaryDirectory())
  }

  /// The session as it is, if anything can be undone.
  func remember() -> SessionState? {
    guard let history else { return nil }
    let now = present(history)
    history.settle(now)
    return now
  }

  private func present(_ history: UndoHistory) -> SessionState {
    SessionState(
      interpreter, draws: core.draws, digester: digester, walk: &history.walk,
      previous: history.newest)
  }

  // MARK: Commands

  /// `:undo [n]`: takes back the last n statements. Those that failed and changed nothing go with
  /// the one before them.
  func undo(_ count: Int) -> CellResult {
    guard let history else { return refuse("undo: only what is typed at the prompt can be undone") }
    let effective = entries.indices.filter { !entries[$0].changedNothing }
    guard let first = effective.suffix(count).first else { return refuse("nothing to undo") }
    guard effective.count >= count else {
      return refuse("undo: there are only \(NumberText.count(effective.count, "statement"))")
    }
    let now = present(history)
    let words: [String]
    do {
      words = try go(to: first, from: now, history)
    } catch {
      _ = try? put(now, leaving: now)
      return refuse("undo: \(Self.words(error)); nothing was undone")
    }
    let gone = entries[first...]
    let written = history.steps[first...].flatMap(\.written)
    chain = history.steps[first].chain
    history.takeBack(gone, now: now)
    // Before it is said: what a person has read is what a killed shell comes back to.
    journal?.note(.undone(gone.count))
    entries.removeSubrange(first...)
    for entry in gone.reversed() where !entry.changedNothing { say("undone: \(Self.line(entry))") }
    var named: Set<String> = []
    for path in written where named.insert(path).inserted {
      say("\(path) stays as it was written")
    }
    for word in words { say(word) }
    return .done
  }

  /// `:redo [n]`: does again what was undone last.
  func redo(_ count: Int) -> CellResult {
    guard let history else { return refuse("redo: only what is typed at the prompt can be undone") }
    let rows = history.undone.reversed()
    let effective = rows.count { !$0.entry.changedNothing }
    guard effective > 0 else {
      return refuse(
        "nothing to redo"
          + (history.forgotten ? ": new input has taken the place of what was undone" : ""))
    }
    guard effective >= count else {
      return refuse("redo: there are only \(NumberText.count(effective, "statement"))")
    }
    var taken: [UndoHistory.Undone] = []
    var left = count
    for row in rows where left > 0 {
      taken.append(row)
      if !row.entry.changedNothing { left -= 1 }
    }
    let now = present(history)
    let words: [String]
    do {
      words = try go(throughAll: taken, from: now)
    } catch {
      _ = try? put(now, leaving: now)
      return refuse("redo: \(Self.words(error)); nothing was done again")
    }
    history.bringBack(taken.count)
    journal?.note(.redone(taken.count))
    for row in taken {
      entries.append(row.entry)
      chain.append(row.entry)
      if !row.entry.changedNothing { say("redone: \(Self.line(row.entry))") }
    }
    for word in words { say(word) }
    return .done
  }

  func refuse(_ text: String) -> CellResult {
    core.console.writeError(text + "\n")
    return .failed(.programError)
  }

  private func say(_ text: String) { core.console.write(text + "\n") }

  /// The statement on one line.
  private static func line(_ entry: SessionEntry) -> String {
    let lines = entry.text.split(separator: "\n")
    return TextWidth.visible(String(lines.first ?? "")) + (lines.count > 1 ? " …" : "")
  }

  static func words(_ error: any Error) -> String {
    switch error {
    case let difference as ReplayDifference:
      "run again, a statement comes out differently: \(difference.what) was "
        + "\(difference.before), is \(difference.after)"
    case let error as SpillError: "what was kept on disk cannot be read: \(error.reason)"
    case let error as any HostError: error.message
    default: "\(error)"
    }
  }

  // MARK: States

  /// Puts the session back to a state; what it left behind in files is withdrawn there. Objects in
  /// `sparing` are left as they are. Says what was withdrawn.
  func put(_ state: SessionState, leaving now: SessionState, sparing: [SessionState.Part] = [])
    throws -> [String]
  {
    var words = try state.restoreObjects(numbers: true)
    let known = Set((state.parts + sparing).map { ObjectIdentifier($0.object) })
    for part in now.parts where !known.contains(ObjectIdentifier(part.object)) {
      if let word = try part.state.abandon?() { words.append(word) }
    }
    interpreter.restore(state.names)
    core.draws = state.draws
    digester = state.digester
    return words
  }

  /// Brings the session to where it was before statement `index`.
  private func go(to index: Int, from now: SessionState, _ history: UndoHistory) throws -> [String]
  {
    guard let (start, state) = history.nearest(index) else { return [] }
    let kept = history.steps[index].files
    var words = try put(state, leaving: now, sparing: kept)
    guard start < index else { return words }
    let known = Set(state.parts.map { ObjectIdentifier($0.object) })
    for part in kept where !known.contains(ObjectIdentifier(part.object)) {
      if let word = try part.state.withdraw?() { words.append(word) }
    }
    try rebuild(entries[start..<index])
    return words
  }

  private func go(throughAll rows: [UndoHistory.Undone], from now: SessionState) throws -> [String]
  {
    if let after = rows.last?.after { return try put(after, leaving: now) }
    try rebuild(rows.map(\.entry)[...])
    return []
  }
}

extension Runner {
  /// A digest of everything undo puts back.
  var fingerprint: String {
    var walk = ObjectWalk()
    let now = SessionState(interpreter, draws: core.draws, digester: digester, walk: &walk)
    return (try? now.fingerprint()) ?? "unreadable"
  }
}
