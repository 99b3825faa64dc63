import RLXScript

/// Runs statements one at a time and keeps the record of each: what a session is, on its thread.
final class Runner {
  let core: SessionCore
  let interpreter: Interpreter
  private(set) var options: SessionOptions
  var entries: [SessionEntry] = []
  private(set) var journal: JournalWriter?
  /// What `:last` shows again.
  private(set) var lastShown: Value?
  var digester = ValueDigester()
  var chain = DigestChain()
  /// What can be undone; nil where nothing can.
  var history: UndoHistory?
  /// Whether statements get digests: where a journal is kept, and in a replay.
  private(set) var keepsDigests: Bool
  /// Whether nothing of a run is shown, as in a replay.
  var isMuted: Bool { core.isMuted }

  init(options: SessionOptions, console: any Console, stop: StopFlag) {
    self.options = options
    core = SessionCore(
      console: console, stop: stop, seed: options.seed, maxSteps: options.maxSteps,
      format: options.format, hint: options.hint)
    core.commands = options.commands
    if let hub = options.hub { core.files.hub = hub }
    let registry = Registry()
    Bindings.register(in: registry, core: core)
    interpreter = Interpreter(registry: registry, effects: core, arguments: options.arguments)
    keepsDigests = false
    digester.outlines = options.isPortable || options.replayTolerance != nil
    if options.keepsUndo { keepUndo() }
  }

  /// Begins to write the session to `path` as it happens.
  func openJournal(at path: String) throws {
    let writer = try JournalWriter(path: path, header: header)
    journal = writer
    keepsDigests = true
    core.files.keepsRecords = true
    core.keepAnswer = { [unowned writer] in writer.answer($0) }
  }

  /// Takes digests without writing a journal, as a replay does.
  func keepDigests() {
    keepsDigests = true
    core.files.keepsRecords = true
  }

  /// The marks at the top of this session's file.
  var header: [Mark] {
    var marks: [Mark] = [.session(SessionOptions.header), .seed(options.seed)]
    if !options.arguments.isEmpty { marks.append(.arguments(options.arguments)) }
    return marks
  }

  /// Writes the closing mark; nothing runs after it.
  func close() {
    journal?.note(.end(statements: entries.count, chain: chain.value))
    journal?.flush()
  }

  /// The hash over all statements so far.
  var chainValue: String { chain.value }

  /// From now on statements are run and recorded, but nothing of them is shown.
  func mute() {
    core.isMuted = true
  }

  func adopt(seed: UInt64) {
    core.draws.reseed(seed)
    options.seed = seed
  }

  func adopt(arguments: [String]) {
    interpreter.setGlobal("args", .list(arguments.map { .string($0) }))
    options.arguments = arguments
  }

  // MARK: Running

  /// Parses, resolves and runs a text; stops at the first statement that fails.
  func run(_ source: Source, mode: PrepareMode) -> CellResult {
    guard let program = prepare(source, mode: mode) else { return lastFailure }
    var end = 0
    for statement in program.statements {
      let leading = comments(in: source, from: end, to: statement.span.start)
      end = statement.span.end
      let run = runStatement(statement, leading: leading, trailing: comment(behind: statement))
      if run.result != .done { return run.result }
    }
    return .done
  }

  private var lastFailure = CellResult.done

  /// The program of a text, or nil after showing what is wrong with it.
  func prepare(_ source: Source, mode: PrepareMode) -> Program? {
    do {
      _ = core.files.takeInputs()
      return try interpreter.prepare(source, mode: mode)
    } catch {
      lastFailure = report(error)
      return nil
    }
  }

  /// What running one statement came to.
  struct Run {
    var entry: SessionEntry
    var result: CellResult
    var failure: Diagnostic?
  }

  /// Runs one statement and keeps its record. `recorded` is what a session file says of it: the
  /// answers people gave, the inputs, and where it was stopped.
  func runStatement(
    _ statement: TopStatement, leading: String = "", trailing: String = "",
    recorded: SessionEntry? = nil
  ) -> Run {
    let before = remember()
    var entry = SessionEntry(text: statement.text, leading: leading, trailing: trailing)
    begin(recorded)
    journal?.begin(entry)
    let done = perform(statement)
    if let outcome = done.outcome, outcome.isShown, let value = outcome.value { show(value) }
    fill(&entry, done)
    keep(entry, before: before)
    if let failure = done.failure, isUnexpected(failure, recorded) { show(failure) }
    return Run(entry: entry, result: done.result, failure: done.failure)
  }

  /// How a statement ended, before anything is recorded of it.
  struct Performance {
    var outcome: Interpreter.Outcome?
    var result = CellResult.done
    var failure: Diagnostic?
  }

  func perform(_ statement: TopStatement) -> Performance {
    var done = Performance()
    do {
      if case .use(let use) = statement.syntax { try core.recordUse(use.path) }
      done.outcome = try interpreter.run(statement)
    } catch let exit as Exit {
      done.result = .exited(Int32(truncatingIfNeeded: exit.code))
    } catch let diagnostic as Diagnostic {
      done.failure = diagnostic
      done.result = .failed(ExitCode(diagnostic.kind))
    } catch let fault as Fault {
      done.failure = Diagnostic(fault.kind, fault.message, remedy: fault.remedy)
      done.result = .failed(ExitCode(fault.kind))
    } catch {
      done.failure = Diagnostic(.host, "\(error)")
      done.result = .failed(.programError)
    }
    core.endProgress()
    return done
  }

  /// Whether an error is news to the reader: not one the record expects, and no replay difference,
  /// which is shown with what was recorded.
  private func isUnexpected(_ failure: Diagnostic, _ recorded: SessionEntry?) -> Bool {
    recorded?.failure?.kind != failure.kind.rawValue && core.record.difference == nil
      && (recorded?.stoppedAt == nil || core.record.stoppedAt == nil)
  }

  func begin(_ recorded: SessionEntry?) {
    core.beginStatement(stopAt: recorded?.stoppedAt)
    core.recordedAnswers = recorded?.answers
    core.files.expected = recorded?.inputs ?? []
  }

  /// Records what a statement came to.
  func fill(_ entry: inout SessionEntry, _ done: Performance) {
    let (outcome, failure) = (done.outcome, done.failure)
    entry.inputs = core.files.takeInputs()
    entry.answers = core.record.answers
    entry.stoppedAt = core.record.stoppedAt
    if keepsDigests {
      let bound = Set(interpreter.boundNames).sorted().compactMap { name in
        interpreter.global(name).map { (name: name, value: $0) }
      }
      let (digest, outline) = digester.digest(
        text: entry.text, value: outcome?.value, printed: core.record.printed, bound: bound,
        touched: core.record.touched,
        failure: failure.map { "\($0.kind.rawValue): \($0.message)" })
      entry.outline = outline
      if let failure, entry.stoppedAt == nil {
        entry.failure = SessionEntry.Failure(kind: failure.kind.rawValue, digest: digest)
      } else {
        entry.digest = digest
        entry.preview = outcome?.value.flatMap(Preview.line)
      }
    } else if let failure, entry.stoppedAt == nil {
      entry.failure = SessionEntry.Failure(kind: failure.kind.rawValue, digest: "")
    }
    entry.changedNothing = failure != nil && core.changedNothing && interpreter.boundNames.isEmpty
  }

  private func keep(_ entry: SessionEntry, before: SessionState?) {
    if let history, let before {
      history.push(before, chain: chain, written: core.files.takeOutputs())
    }
    chain.append(entry)
    journal?.finish(entry)
    entries.append(entry)
  }

  // MARK: Showing

  func show(_ value: Value) {
    guard !isMuted, !options.quiet else { return }
    lastShown = value
    core.output.value(value)
  }

  func show(_ diagnostic: Diagnostic) {
    guard !isMuted else { return }
    if diagnostic.kind == .stopped { return core.output.stopped(diagnostic) }
    core.output.error(diagnostic)
  }

  /// Shows an error and says how the run ended.
  func report(_ error: any Error) -> CellResult {
    if let exit = error as? Exit { return .exited(Int32(truncatingIfNeeded: exit.code)) }
    let diagnostic = (error as? Diagnostic) ?? Diagnostic(.host, "\(error)")
    show(diagnostic)
    return .failed(ExitCode(diagnostic.kind))
  }

  /// The comment lines between two statements, as the journal keeps them. A comment that looks like
  /// a mark is pushed in, so that it is none.
  private func comments(in source: Source, from start: Int, to end: Int) -> String {
    let between = source.string(from: start, to: end)
    // What stands behind the statement before belongs to that statement.
    let lines = between.drop { $0 != "\n" && start > 0 }.split(separator: "\n")
    return lines.filter { $0.hasPrefix("#") && !$0.hasPrefix("#!/") }
      .map { (Mark.begins($0) ? "# " : "") + $0 + "\n" }.joined()
  }
}

extension Runner {
  /// The comment that stands behind a statement on its last line, with the space before it.
  func comment(behind statement: TopStatement) -> String {
    let source = statement.source
    let end = statement.span.end
    let line = source.lineRange(source.lineNumber(at: max(end - 1, statement.span.start)))
    let rest = source.string(from: end, to: line.upperBound)
    return rest.drop { $0 == " " || $0 == "\t" }.hasPrefix("#") ? rest : ""
  }
}

extension SessionCore {
  /// Whether the statement left objects, draws, output and answers as they were.
  var changedNothing: Bool {
    record.touched.isEmpty && record.printed.isEmpty && record.answers.isEmpty
      && draws == record.drawsBefore && files.written.count == record.writtenBefore
  }
}

extension ExitCode {
  /// What a failure of each kind tells the one who started the program.
  init(_ kind: ErrorKind) {
    self =
      switch kind {
      case .syntax: .syntaxError
      case .missing: .inputMissing
      case .limit: .limitReached
      case .stopped: .interrupted
      case .replay: .replayDiffers
      default: .programError
      }
  }
}
