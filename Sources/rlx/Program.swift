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
      case .replay(let options):
        guard !shows(options) else { return ExitCode.done.rawValue }
        return await replay(try Usage.parse(ReplayArguments.self, options))
      }
    } catch {
      writeAll(error.text, to: STDERR_FILENO)
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
    let console = console(parsed.common)
    let asks = mode.isTerminal && (source == .unsaid || source == .standardInput)
    if asks, parsed.common.maxSteps == nil { options.maxSteps = .max }
    if asks { options.hint = ":last shows all" }
    let journal =
      parsed.record.map(JournalFile.init) ?? (asks ? self.journal(parsed, console) : nil)
    options.journal = journal?.path
    let session: Session
    do {
      session = try Session(options: options, console: console, stop: stop)
    } catch {
      let remedy = parsed.record == nil ? "--no-journal" : "--record with another path"
      console.writeError(UsageError(message: "\(error)", remedy: remedy).text)
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
    return lostOutput(console) ? max(status, ExitCode.programError.rawValue) : status
  }

  /// Says so if some of the output could not be written: a program whose results are lost has failed.
  private func lostOutput(_ console: TerminalConsole) -> Bool {
    let failure = console.outputFailure
    if failure != 0 {
      console.writeError("error: standard output: \(String(cString: strerror(failure)))\n")
    }
    return failure != 0
  }

  /// The journal of a shell; nil if none is wanted, or, after a word about it, if none can be kept.
  private func journal(_ parsed: RunArguments, _ console: TerminalConsole) -> JournalFile? {
    if parsed.common.noJournal { return nil }
    if let journal = JournalFile.new() { return journal }
    console.writeError(
      "warning: cannot write to \(SessionOptions.defaultJournalFolder): "
        + "nothing will be there for :load --recover\n")
    return nil
  }

  private func run(
    _ source: Invocation.Source, code: String?, in session: Session
  ) async -> CellResult {
    switch source {
    case .file(let path): return await session.runFile(path)
    case .code: return await session.runProgram(code ?? "", name: "<-c>")
    case .standardInput, .unsaid:
      let data = (try? FileHandle.standardInput.readToEnd()) ?? Data()
      return await session.runProgram(String(decoding: data, as: UTF8.self), name: "<stdin>")
    }
  }

  private func replay(_ parsed: ReplayArguments) async -> Int32 {
    var options = options(parsed.common, arguments: [])
    options.replayRoot = parsed.root
    let console = console(parsed.common)
    signals.beginRunning()
    do {
      let session = try Session(options: options, console: console, stop: stop)
      return await session.replay(parsed.file[0]).exitStatus
    } catch {
      console.writeError("error: \(error)\n")
      return ExitCode.programError.rawValue
    }
  }

  private func options(_ common: CommonOptions, arguments: [String]) -> SessionOptions {
    var options = SessionOptions()
    options.seed = common.seed
    options.arguments = arguments
    options.quiet = common.quiet
    options.format = common.format
    options.threads = common.threads
    if let maxSteps = common.maxSteps { options.maxSteps = maxSteps }
    return options
  }

  private func console(_ common: CommonOptions) -> TerminalConsole {
    TerminalConsole(
      input: input, mode: mode,
      look: TerminalConsole.Look(color: common.color, isPlain: common.plain), stop: stop)
  }

  /// The prompt with the best line editor that the terminal allows.
  private func shell(
    _ session: Session, _ console: TerminalConsole, _ common: CommonOptions
  ) -> Shell {
    let history = History(
      path: common.noJournal ? nil : SessionOptions.stateFolder + "/history.jsonl")
    let reader: any LineReader
    if console.facts.isTerminal, !common.plain,
      let editor = LineEditor(
        input: input, mode: mode, history: history, readsConfiguration: !common.noConfig,
        classify: Session.state(of:))
    {
      reader = editor
    } else {
      reader = PlainReader(
        input: input, history: history, classify: Session.state(of:),
        prompt: { if console.look.outputIsTerminal { console.write($0) } })
    }
    if !common.quiet, common.format == .text {
      console.write(Greeting(examples: Greeting.examples(resources: Resources.folder)).text)
    }
    return Shell(
      session: session, console: console, signals: signals, reader: reader, history: history,
      pager: common.plain ? nil : Pager(mode: mode))
  }
}
