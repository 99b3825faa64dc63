import RLXScript
import RLXTensor

/// What a session's host objects work with: draws, files, points, the console and the record of the
/// statement that runs. It is the interpreter's door to the world.
///
/// Lives on the session's thread; host objects hold it unowned.
package final class SessionCore: Effects {
  package let console: any Console
  let output: Output
  package let stop: StopFlag
  package var draws: DrawLedger
  package let files: SessionFiles
  package var points: PointCounter
  /// What the running statement has done so far.
  package private(set) var record = StatementRecord()
  /// Answers recorded for the running statement; nil where none were recorded and a person is asked.
  package var recordedAnswers: [AnswerRecord]?
  /// Whether the statement is stopped where its recorded answers end: the shell that asked died there.
  var stopsAfterAnswers = false
  /// Called with each new answer of a person, so that it is on disk before the next question.
  package var keepAnswer: (AnswerRecord) -> Void = { _ in }
  /// The commands of the prompt, for help.
  var commands: [CommandHelp] = []
  /// Whether output is taken into the record but not shown, as in a replay.
  package var isMuted = false

  /// Preferences that a run of a session file works on as they stood, apart from their grown file.
  var detached: [(object: PreferencesObject, path: String)] = []
  /// The files of `use` statements that were read and have not run yet.
  var uses: [UsedFiles] = []
  /// The used files, by identity.
  var loaded: Set<String> = []

  package init(
    console: any Console, stop: StopFlag, seed: UInt64, maxSteps: Int,
    format: OutputFormat = .text, hint: String? = nil
  ) {
    self.console = console
    output = Output(console: console, format: format, hint: hint)
    self.stop = stop
    draws = DrawLedger(seed: seed)
    files = SessionFiles()
    points = PointCounter(limit: maxSteps)
    files.differs = { [unowned self] in fail($0) }
  }

  /// Starts the account of a new statement.
  package func beginStatement(stopAt: Int? = nil) {
    record = StatementRecord()
    record.drawsBefore = draws
    record.writtenBefore = files.written.count
    points.beginStatement(stopAt: stopAt)
    PassWatch.current = PassWatch(
      wantsStop: { [stop] in stop.isSet },
      stopsAfterPass: { [weak self] in self?.endPass() ?? false })
    _ = files.takeInputs()
  }

  /// Counts the end of a pass through a network; whether the statement stops there.
  private func endPass() -> Bool {
    guard let count = points.endPass(stop) else { return false }
    record.stoppedAt = count
    return true
  }

  // MARK: Effects

  package func print(_ text: String) throws {
    endProgress()
    record.printed += text
    if !isMuted { output.printed(text) }
  }

  /// Ends the statement because it comes out differently than recorded.
  package func fail(_ difference: ReplayDifference) -> Fault {
    record.difference = difference
    return Fault(
      .replay, "\(difference.what) differs from the record",
      remedy: "recorded \(difference.before), now \(difference.after)")
  }

  package func warn(_ text: String) {
    endProgress()
    if !isMuted { output.warning(text) }
  }

  /// Shows what is no part of a statement's output, such as a sample of a run.
  func note(_ text: String) {
    endProgress()
    if !isMuted { output.note(text) }
  }

  package func point() throws {
    do {
      try points.take(stop)
    } catch .stopped(let count) {
      record.stoppedAt = count
      throw Fault(.stopped, "stopped")
    } catch .pointLimit(let limit) {
      throw Fault(
        .limit, "more than \(limit) calls, loop turns and steps",
        remedy: "allow more with --max-steps")
    }
  }

  /// Notes that an object is about to be changed, or was made.
  package func touch(_ object: any HostObject) {
    if !record.touched.contains(where: { $0 === object }) { record.touched.append(object) }
  }

  package func source(_ path: String, usedBy source: Source) throws -> Source {
    try usedSource(path, by: source)
  }

  // MARK: Progress

  /// Takes one counted point and shows how far a long statement is.
  ///
  /// Time and memory are the console's to show: they enter no value and no record.
  package func progress(
    _ phase: String, _ done: Int, of total: Int, note: String = "", tokens: Int? = nil
  ) throws {
    if !isMuted {
      console.progress(
        ProgressLine(
          phase: phase, done: done, total: total, note: note, tokens: tokens,
          bytes: tokens == nil ? nil : Engine.liveBytes))
      record.showsProgress = true
    }
    try point()
  }

  /// Shows how far something is that takes no counted points, because how often it is told depends on
  /// a network.
  func show(_ phase: String, _ done: Int, of total: Int, note: String) {
    guard !isMuted else { return }
    console.progress(ProgressLine(phase: phase, done: done, total: total, note: note))
    record.showsProgress = true
  }

  package func endProgress() {
    if record.showsProgress { console.progress(nil) }
    record.showsProgress = false
  }

  /// Appends one answer to the record of the running statement, on disk first.
  package func note(_ answer: AnswerRecord) {
    record.answers.append(answer)
    keepAnswer(answer)
  }
}

/// What one statement did, as far as its journal entry and digest need it.
package struct StatementRecord {
  package var printed = ""
  package var touched: [any HostObject] = []
  package var answers: [AnswerRecord] = []
  package var stoppedAt: Int?
  package var drawsBefore = DrawLedger()
  package var writtenBefore = 0
  /// Where a replay differs; its error has been thrown.
  package var difference: ReplayDifference?
  fileprivate var showsProgress = false
}
