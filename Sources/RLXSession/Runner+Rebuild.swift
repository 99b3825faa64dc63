import Foundation
import RLXScript

extension Runner {
  /// Runs statements again whose state was let go, as their record says: nothing is shown, nobody is
  /// asked, no file is written, and each must come out as it did.
  ///
  /// Throws the first difference, or what stopped it.
  func rebuild(_ entries: ArraySlice<SessionEntry>) throws {
    core.console.writeError("running \(NumberText.count(entries.count, "statement")) again …\n")
    let scratch = NSTemporaryDirectory() + "rlx-undo-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    let (muted, keepAnswer) = (core.isMuted, core.keepAnswer)
    core.files.beginRebuild(in: scratch)
    core.isMuted = true
    core.keepAnswer = { _ in }
    defer {
      core.files.endRebuild()
      core.isMuted = muted
      core.keepAnswer = keepAnswer
      attachPreferences()
      try? FileManager.default.removeItem(atPath: scratch)
    }
    for entry in entries { try runAgain(entry) }
  }

  private func runAgain(_ recorded: SessionEntry) throws {
    let program = try interpreter.prepare(Source(recorded.text, name: "<undo>"), mode: .prompt)
    for statement in program.statements {
      begin(recorded)
      let done = perform(statement)
      var entry = SessionEntry(text: recorded.text)
      fill(&entry, done)
      if let difference = core.record.difference { throw difference }
      if let failure = done.failure,
        entry.stoppedAt != recorded.stoppedAt
          || entry.failure?.kind != recorded.failure?.kind
      {
        throw failure
      }
      guard keepsDigests, entry.outcomeDigest != recorded.outcomeDigest else { continue }
      throw ReplayDifference(
        what: "the digest of \(recorded.text)", before: "sha256:\(recorded.outcomeDigest)",
        after: "sha256:\(entry.outcomeDigest)")
    }
  }
}
