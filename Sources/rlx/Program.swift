import Foundation
import RLXSession

/// One run of rlx, from its command line to its exit status: puts the parts together.
@MainActor
struct Program {
  private let mode = TerminalMode()
  private let input = TerminalInput()
  private let stop = StopFlag()
  private let signals: SignalWatch

  /// Takes the process's signals from here on.
  init() {
    signals = SignalWatch(stop: stop, input: input, mode: mode)
    signals.start()
  }

  /// Runs what the words ask for and returns the exit status.
  func run(_ words: [String]) async -> Int32 {
    defer { mode.restore() }
    do {
      switch Invocation(words) {
      case .run(let options, let source, let arguments):
        guard !shows(options) else { return ExitCode.done.rawValue }
        let parsed = try Usage.parse(RunArguments.self, options)
        return await run(parsed, source, arguments)
      case .command(let command, let words):
        guard !shows(words) else { return ExitCode.done.rawValue }
        return try await run(command, words)
      }
    } catch {
      writeAll(error.text(Usage.format(askedIn: Invocation(words).options)), to: STDERR_FILENO)
      return ExitCode.usage.rawValue
    }
  }

  /// Shows the version or the help, if an option asks for it.
  private func shows(_ options: [String]) -> Bool {
    if options.contains("--version") {
      writeAll("rlx \(SessionOptions.version)\n", to: STDOUT_FILENO)
    } else if options.contains("--help") || options.contains("-h") {
      writeAll(Usage.help, to: STDOUT_FILENO)
    } else {
      return false
    }
    return true
  }

  private func run(
    _ parsed: RunArguments, _ source: Invocation.Source, _ arguments: [String]
  ) async -> Int32 {
    var options = options(parsed.common, arguments: arguments)
    let console = console(parsed.common.look)
    let asks = mode.isTerminal && (source == .unsaid || source == .standardInput)
    if asks, parsed.common.maxSteps == nil { options.maxSteps = .max }
    if asks { options.hint = ":last shows all" }
    options.keepsUndo = asks
    options.isPortable = parsed.portable
    let journal =
      parsed.record.map(JournalFile.init) ?? (asks ? self.journal(parsed, console) : nil)
    options.journal = journal?.path
    let session: Session
    do {
      session = try Session(options: options, console: console, stop: stop)
    } catch {
      let remedy = parsed.record == nil ? "--no-journal" : "--record with another path"
      console.writeError(
        parsed.common.look.format.error(kind: "file", "\(error)", remedy: remedy))
      return ExitCode.programError.rawValue
    }
    if let journal { signals.beforeSuddenEnd { journal.flush() } }
    let status: Int32
    if asks {
      status = await shell(session, console, parsed.common).run()
    } else {
      signals.beginRunning()
      status = await run(source, code: parsed.code, in: session).exitStatus
    }
    await session.close()
    if asks, parsed.record == nil, await session.statementCount == 0 { journal?.remove() }
    return lostOutput(console, parsed.common.look.format)
      ? max(status, ExitCode.programError.rawValue) : status
  }

  /// Says so if some of the output could not be written: a program whose results are lost has failed.
  private func lostOutput(_ console: TerminalConsole, _ format: OutputFormat) -> Bool {
    let failure = console.outputFailure
    if failure != 0 {
      let reason = String(cString: strerror(failure))
      console.writeError(format.error(kind: "file", "standard output: \(reason)"))
    }
    return failure != 0
  }

  /// The journal of a shell; nil if none is wanted, or, after a word about it, if none can be kept.
  private func journal(_ parsed: RunArguments, _ console: TerminalConsole) -> JournalFile? {
    if parsed.common.noJournal { return nil }
    if let journal = JournalFile.new() { return journal }
    console.writeError(
      parsed.common.look.format.warning(
        "cannot write to \(SessionOptions.defaultJournalFolder): "
          + "nothing will be there for :load --recover"))
    return nil
  }

  private func run(
    _ source: Invocation.Source, code: String?, in session: Session
  ) async -> CellResult {
    switch source {
    case .file(let path): return await session.runFile(path)
    case .code: return await session.runProgram(code ?? "", name: "<-c>")
    case .standardInput, .unsaid:
      return await session.runProgram(standardInput(), name: "<stdin>")
    }
  }

  private func run(
    _ command: Invocation.Command, _ words: [String]
  ) async throws(UsageError) -> Int32 {
    switch command {
    case .replay: return await replay(try Usage.parse(ReplayArguments.self, words))
    case .check:
      let parsed = try Usage.parse(CheckArguments.self, words)
      return await withSession(parsed.look) { await $0.check(inputs(parsed.file)) }
    case .fmt:
      let parsed = try Usage.parse(FormatArguments.self, words)
      return await withSession(parsed.look) {
        await $0.format(inputs(parsed.file), isTrial: parsed.check)
      }
    }
  }

  /// Does something with scripts that runs none of them.
  private func withSession(
    _ look: LookOptions, _ body: (Session) async -> ExitCode
  ) async -> Int32 {
    let console = console(look)
    var options = SessionOptions()
    options.format = look.format
    signals.beginRunning()
    do {
      let code = await body(try Session(options: options, console: console, stop: stop))
      return lostOutput(console, look.format) ? ExitCode.programError.rawValue : code.rawValue
    } catch {
      console.writeError(look.format.error(kind: "file", "\(error)"))
      return ExitCode.programError.rawValue
    }
  }

  /// The scripts a command line names; `-` is standard input.
  private func inputs(_ names: [String]) -> [ScriptInput] {
    names.map { $0 == "-" ? .standardInput(standardInput()) : .file($0) }
  }

  private func standardInput() -> String {
    let data = (try? FileHandle.standardInput.readToEnd()) ?? Data()
    return String(decoding: data, as: UTF8.self)
  }

  private func replay(_ parsed: ReplayArguments) async -> Int32 {
    var options = options(parsed.common, arguments: [])
    options.replayRoot = parsed.root
    options.replayTolerance = parsed.rtol
    let console = console(parsed.common.look)
    signals.beginRunning()
    do {
      let session = try Session(options: options, console: console, stop: stop)
      return await session.replay(parsed.file[0]).exitStatus
    } catch {
      console.writeError(parsed.common.look.format.error(kind: "file", "\(error)"))
      return ExitCode.programError.rawValue
    }
  }

  private func options(_ common: CommonOptions, arguments: [String]) -> SessionOptions {
    var options = SessionOptions()
    options.seed = common.seed
    options.commands = ColonCommand.helpPages
    options.arguments = arguments
    options.quiet = common.quiet
    options.format = common.look.format
    options.threads = common.threads
    if let maxSteps = common.maxSteps { options.maxSteps = maxSteps }
    return options
  }

  private func console(_ look: LookOptions) -> TerminalConsole {
    TerminalConsole(
      input: input, mode: mode,
      look: TerminalConsole.Look(color: look.color, isPlain: look.plain), stop: stop)
  }

  /// The prompt with the best line editor that the terminal allows.
  private func shell(
    _ session: Session, _ console: TerminalConsole, _ common: CommonOptions
  ) -> Shell {
    let history = History(
      path: common.noJournal ? nil : SessionOptions.stateFolder + "/history.jsonl")
    let reader: any LineReader
    if console.facts.isTerminal, !common.look.plain,
      let editor = LineEditor(
        input: input, mode: mode, history: history, readsConfiguration: !common.noConfig,
        classify: Session.state(of:),
        complete: { PromptCompletion(session: session).list($0, cursor: $1) })
    {
      reader = editor
    } else {
      reader = PlainReader(
        input: input, history: history, classify: Session.state(of:),
        prompt: { if console.look.outputIsTerminal { console.write($0) } })
    }
    if !common.quiet, common.look.format == .text {
      console.write(
        Greeting(examples: Greeting.examples(resources: Resources.folder))
          .text(columns: console.facts.width))
    }
    return Shell(
      session: session, console: console, signals: signals, reader: reader, history: history,
      pager: common.look.plain ? nil : Pager(mode: mode), format: common.look.format)
  }
}
