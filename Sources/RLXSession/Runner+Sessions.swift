import Foundation
import RLXData
import RLXScript

extension Runner {
  /// Runs a session file statement by statement, with the answers, stops and failures it records.
  /// Comparing, it also holds every digest against the record. The first difference ends it.
  ///
  /// `completeOnly` leaves out statements without a result: those a killed shell was running. What a
  /// person had answered in one is kept all the same.
  func runSession(_ source: Source, comparing: Bool, completeOnly: Bool = false)
    -> (result: CellResult, compared: Int)
  {
    let parsed: SessionFile
    do {
      let program = try interpreter.prepare(source, mode: .prompt)
      parsed = try SessionFile(source, statements: program.statements)
    } catch {
      core.isMuted = false  // a replay shows nothing of what runs, but says why it cannot begin
      return (report(error), 0)
    }
    adopt(parsed)
    defer { attachPreferences() }
    for (index, statement) in parsed.statements.enumerated() {
      let recorded = parsed.entries[index]
      if completeOnly, !recorded.isComplete {
        if !recorded.answers.isEmpty { keepAnswers(of: statement, recorded) }
        continue
      }
      let run = runStatement(
        statement, leading: recorded.leading, trailing: comment(behind: statement),
        recorded: recorded)
      if let failure = run.failure, isFromOutside(failure, recorded) {
        if isMuted { core.output.error(failure) }
        return (run.result, index)
      }
      if let difference = difference(run, recorded, comparing: comparing) {
        show(difference, at: statement, index: index)
        return (.failed(.replayDiffers), index)
      }
      if case .exited = run.result { return (run.result, index + 1) }
      if run.failure != nil, recorded.failure == nil, recorded.stoppedAt == nil {
        return (run.result, index)
      }
    }
    if comparing, let end = parsed.end,
      end.statements != parsed.entries.count
        || (options.replayTolerance == nil && end.chain != chainValue)
    {
      let difference = ReplayDifference(
        what: "the chain over the whole session", before: "sha256:\(end.chain)",
        after: "sha256:\(chainValue)")
      show(difference, at: nil, index: parsed.entries.count)
      return (.failed(.replayDiffers), parsed.entries.count)
    }
    return (.done, parsed.entries.count)
  }

  /// Runs a statement that was asking somebody when its shell died: up to the last answer it got, and
  /// stopped there, as Ctrl-C would have stopped it.
  private func keepAnswers(of statement: TopStatement, _ recorded: SessionEntry) {
    core.stopsAfterAnswers = true
    defer {
      core.stopsAfterAnswers = false
      core.stop.reset()
    }
    _ = runStatement(
      statement, leading: recorded.leading, trailing: comment(behind: statement),
      recorded: recorded)
    if let difference = core.record.difference {
      core.warn("\(difference.what) differs from the record: later answers are left out")
    }
  }

  /// Joins preferences that were rebuilt from the record with their files, which hold them already.
  func attachPreferences() {
    for (object, path) in core.detached where (try? object.attach(to: path)) != true {
      core.warn(
        "\(path) holds other rows than this session recorded: its judgements stay in memory; "
          + "prefs.export(\"labels.jsonl\") keeps them")
    }
    core.detached = []
  }

  /// Takes over the seed and arguments of a session file, unless the session has already begun.
  private func adopt(_ file: SessionFile) {
    guard entries.isEmpty else { return }
    if let seed = file.seed, options.seed == 0 { adopt(seed: seed) }
    if let arguments = file.arguments, options.arguments.isEmpty { adopt(arguments: arguments) }
  }

  /// Whether a person or a limit ended the statement now, which says nothing about the record.
  private func isFromOutside(_ failure: Diagnostic, _ recorded: SessionEntry) -> Bool {
    switch failure.kind {
    case .stopped: recorded.stoppedAt == nil
    case .limit: recorded.failure?.kind != failure.kind.rawValue
    default: false
    }
  }

  /// What disagrees between a statement's run and its record, if anything.
  private func difference(_ run: Run, _ recorded: SessionEntry, comparing: Bool)
    -> ReplayDifference?
  {
    if let difference = core.record.difference { return difference }
    let was = recorded.failure?.kind
    let now = run.entry.failure?.kind
    if was != now, comparing || was != nil {
      return ReplayDifference(
        what: "the outcome", before: was.map { "an error (\($0))" } ?? "no error",
        after: run.failure.map { "an error (\($0.kind.rawValue)): \($0.message)" } ?? "no error")
    }
    if run.entry.stoppedAt != recorded.stoppedAt, comparing || recorded.stoppedAt != nil {
      return ReplayDifference(
        what: "the stop", before: recorded.stoppedAt.map { "at point \($0)" } ?? "none",
        after: run.entry.stoppedAt.map { "at point \($0)" } ?? "none")
    }
    if let left = core.recordedAnswers?.first {
      return ReplayDifference(
        what: "the number of answers", before: "one more, \(left.choice) by \(left.by)",
        after: "it is left over: the statement asks for no more")
    }
    guard comparing, recorded.isComplete else { return nil }
    let before = recorded.failure?.digest ?? recorded.digest ?? ""
    let after = run.entry.failure?.digest ?? run.entry.digest ?? ""
    guard before != after else { return nil }
    var what = "the digest"
    if let tolerance = options.replayTolerance {
      guard let wanted = recorded.outline, let found = run.entry.outline else {
        return ReplayDifference(
          what: what, before: Self.told(before, recorded.preview),
          after: Self.told(after, run.entry.preview)
            + " (to be compared within a tolerance, a session is recorded with --portable)")
      }
      guard let difference = wanted.difference(found, tolerance: tolerance) else { return nil }
      what = difference
    }
    return ReplayDifference(
      what: what, before: Self.told(before, recorded.preview),
      after: Self.told(after, run.entry.preview))
  }

  private static func told(_ digest: String, _ preview: String?) -> String {
    "sha256:\(digest)" + (preview.map { " | \($0)" } ?? "")
  }

  /// Shows the first difference: the statement, what was recorded, what came out now.
  private func show(_ difference: ReplayDifference, at statement: TopStatement?, index: Int) {
    var diagnostic = Diagnostic(
      .replay, "statement \(index + 1): \(difference.what) differs from the record",
      at: statement.map { Place($0.source, $0.span) })
    diagnostic.message +=
      "\n  recorded  \(difference.before)\n  now       \(difference.after)"
    core.output.error(diagnostic)
  }

  /// `rlx replay FILE`.
  func replay(_ path: String) -> CellResult {
    let text: String
    switch readText(path) {
    case .success(let found): text = found
    case .failure(let diagnostic): return report(diagnostic)
    }
    guard SessionFile.isSession(text) else {
      return report(
        Diagnostic(
          .value, "\(path): expected a session file, with \"#% session\" on line 1 or 2",
          remedy: "rlx --record session.rlx \(path) makes one from a script"))
    }
    let scratch = NSTemporaryDirectory() + "rlx-replay-\(UUID().uuidString)"
    do {
      try FileManager.default.createDirectory(
        atPath: scratch, withIntermediateDirectories: true)
    } catch {
      return report(Diagnostic(.file, "\(scratch): cannot be made: \(error)"))
    }
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let folder = (path as NSString).deletingLastPathComponent
    core.files.replay = SessionFiles.Replay(
      scratch: scratch,
      searchFolders: [folder.isEmpty ? "." : folder] + (options.replayRoot.map { [$0] } ?? []))
    keepDigests()
    mute()
    let (result, compared) = runSession(
      Source(text, name: path, path: identity(of: path)), comparing: true)
    if result == .done {
      core.output.message(
        "replayed \(NumberText.count(compared, "statement")): the same, "
          + (options.replayTolerance.map { "within \($0)" } ?? "to the bit"))
    }
    return result
  }

  /// `:load FILE`.
  func load(_ path: String, completeOnly: Bool = false) -> CellResult {
    switch readText(path, remedy: "the path of a script or session file; Tab completes it") {
    case .failure(let diagnostic): return report(diagnostic)
    case .success(let text):
      let source = Source(text, name: path, path: identity(of: path))
      guard SessionFile.isSession(text) else { return run(source, mode: .prompt) }
      if let result = echoHeader(of: text), result != .done { return result }
      return runSession(source, comparing: false, completeOnly: completeOnly).result
    }
  }

  /// What a session file's header sets is set here by recorded statements, so that a replay of this
  /// session does the same.
  private func echoHeader(of text: String) -> CellResult? {
    var result: CellResult?
    for line in text.split(separator: "\n").prefix(8) {
      var statement: String?
      if case .seed(let seed)? = Mark(line: line), core.draws != DrawLedger(seed: seed) {
        statement = "seed(\(seed))"
      }
      if case .arguments(let words)? = Mark(line: line) {
        statement = "args = " + Value.list(words.map { .string($0) }).shown
      }
      guard let statement else { continue }
      if !isMuted { core.output.message(statement) }
      result = run(Source(statement, name: "<load>"), mode: .prompt)
      if result != .done { return result }
    }
    return result
  }

  // MARK: Files

  /// The text of a script file; its absence and its encoding are errors with a remedy.
  func readText(
    _ path: String,
    remedy: String = "rlx FILE runs a script; rlx -c CODE runs a line; rlx --help lists the rest"
  ) -> Result<String, Diagnostic> {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      return .failure(
        Diagnostic(.missing, "\(path): no such file", remedy: remedy))
    }
    guard !isFolder.boolValue else {
      return .failure(Diagnostic(.file, "\(path): expected a script, found a folder"))
    }
    // Not by its size: a pipe (`rlx <(make-script)`) has none.
    let most = 1 << 26
    guard let file = FileHandle(forReadingAtPath: path),
      let data = try? file.read(upToCount: most) ?? Data()
    else {
      return .failure(
        Diagnostic(.file, "\(path): expected a script, found a file that cannot be read"))
    }
    guard data.count < most else {
      return .failure(
        Diagnostic(.file, "\(path): expected a script, found more than \(most >> 20) MB"))
    }
    guard let text = String(data: data, encoding: .utf8) else {
      return .failure(Diagnostic(.file, "\(path): expected UTF-8 text"))
    }
    return .success(text)
  }

  /// What identifies a file whichever way it is spelled.
  func identity(of path: String) -> String {
    URL(fileURLWithPath: path).resolvingSymlinksInPath().path
  }
}
