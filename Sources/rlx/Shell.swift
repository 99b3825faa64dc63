import RLXSession

/// The prompt: reads inputs, runs them in the session, until the person is done.
@MainActor
final class Shell {
  private let session: Session
  private let console: TerminalConsole
  private let signals: SignalWatch
  private let reader: any LineReader
  private let history: History
  /// What shows long texts; nil where a terminal is not to be moved about in.
  private let pager: Pager?
  private let format: OutputFormat
  private var timesStatements = false

  init(
    session: Session, console: TerminalConsole, signals: SignalWatch, reader: any LineReader,
    history: History, pager: Pager?, format: OutputFormat
  ) {
    self.session = session
    self.console = console
    self.signals = signals
    self.reader = reader
    self.history = history
    self.pager = pager
    self.format = format
  }

  /// Runs to the end and returns the exit status.
  func run() async -> Int32 {
    while true {
      switch reader.read() {
      case .text(let text):
        reader.remember(text)
        if let status = await take(text) { return status }
      case .interrupted: continue
      case .end:
        console.write("\n")
        return ExitCode.done.rawValue
      }
    }
  }

  /// Runs one input; a status if it ended the shell. What follows a failure in it is not run.
  private func take(_ text: String) async -> Int32? {
    let (entries, _) = PromptEntry.split(text, classify: Session.state(of:))
    for (index, entry) in entries.enumerated() {
      let result: CellResult
      switch entry {
      case .statement(let source): result = await run(source)
      case .command(let name, let argument): result = await command(name, argument)
      case .help(let topic): result = await session.help(topic)
      }
      switch result {
      case .done: continue
      case .exited(let status): return status
      case .failed:
        let left = entries.count - index - 1
        if left > 0 {
          say("not run: the \(left) \(left == 1 ? "entry" : "entries") after this one")
        }
        return nil
      }
    }
    return nil
  }

  private func run(_ source: String) async -> CellResult {
    let started = ContinuousClock.now
    let result = await whileRunning { await $0.run(source) }
    if timesStatements { say("time: " + (ContinuousClock.now - started).inSeconds) }
    return result
  }

  /// Does something in the session during which Ctrl-C means stop.
  private func whileRunning(
    _ action: sending (Session) async -> CellResult
  ) async -> CellResult {
    console.beginStatement()
    signals.beginRunning(wasTyped: true)
    defer { signals.endRunning() }
    return await action(session)
  }

  private func say(_ text: String) {
    console.writeError(text + "\n")
  }
}

// MARK: Commands

extension Shell {
  private func command(_ name: String, _ argument: String) async -> CellResult {
    guard let command = ColonCommand(rawValue: name) else {
      let nearest = ColonCommand.nearest(to: name).map(\.synopsis) ?? ":help"
      return wrongUsage("no command :\(name)", nearest)
    }
    if !argument.isEmpty, !command.synopsis.contains(" ") {
      return misused(command, "takes nothing behind it, got \(argument)")
    }
    switch command {
    case .help: return await session.help(argument, topicsFirst: true)
    case .apropos: return await apropos(argument)
    case .vars: await showVariables()
    case .last: return await showLast()
    case .save: return await file(argument, of: command) { await $0.save(to: $1) }
    case .load: return await load(argument)
    case .history: return showHistory(argument)
    case .time: return setTime(argument)
    case .undo: return await counted(argument, of: command) { await $0.undo($1) }
    case .redo: return await counted(argument, of: command) { await $0.redo($1) }
    case .set: return await set(argument)
    case .quit: return .exited(ExitCode.done.rawValue)
    }
    return .done
  }

  private func apropos(_ words: String) async -> CellResult {
    guard !words.isEmpty else { return misused(.apropos, "expected a word") }
    return await session.apropos(words)
  }

  private func load(_ argument: String) async -> CellResult {
    if argument == "--recover" { return await whileRunning { await $0.recover() } }
    return await file(argument, of: .load) { await $0.load($1) }
  }

  private func file(
    _ path: String, of command: ColonCommand,
    _ action: @Sendable (Session, String) async -> CellResult
  ) async -> CellResult {
    guard !path.isEmpty else { return misused(command, "expected a file") }
    return await whileRunning { await action($0, path) }
  }

  private func counted(
    _ argument: String, of command: ColonCommand,
    _ action: @Sendable (Session, Int) async -> CellResult
  ) async -> CellResult {
    guard let count = argument.isEmpty ? 1 : Int(argument), count > 0 else {
      return misused(command, "expected a number, got \(argument)")
    }
    return await whileRunning { await action($0, count) }
  }

  private func set(_ argument: String) async -> CellResult {
    let words = argument.split(separator: " ", maxSplits: 1).map(String.init)
    if words.count == 2 { return await session.setLimit(words[0], to: words[1]) }
    guard words.isEmpty else { return misused(.set, "expected a name and a size") }
    for (name, value) in await session.limits { console.write("\(name): \(value)\n") }
    return .done
  }

  private func showVariables() async {
    let variables = await session.variables
    let width = variables.map(\.name.count).max() ?? 0
    let lines = variables.map { name, type, preview in
      let padding = String(repeating: " ", count: width - name.count + 2)
      return TextWidth.prefix(
        name + padding + type + "  " + preview, columns: console.facts.width - 1)
    }
    if !lines.isEmpty { console.write(lines.joined(separator: "\n") + "\n") }
  }

  private func showLast() async -> CellResult {
    guard let text = await session.lastInFull else {
      return wrongUsage(
        ":last: nothing has been shown yet", "a name or a call on a line of its own")
    }
    if !(console.facts.isTerminal && pager?.show(text + "\n", columns: console.facts.width) == true)
    {
      console.write(text + "\n")
    }
    return .done
  }

  private func showHistory(_ argument: String) -> CellResult {
    guard let count = argument.isEmpty ? 20 : Int(argument), count > 0 else {
      return misused(.history, "expected a number, got \(argument)")
    }
    for entry in history.entries.suffix(count) { console.write(entry + "\n") }
    return .done
  }

  private func setTime(_ argument: String) -> CellResult {
    switch argument {
    case "": timesStatements.toggle()
    case "on": timesStatements = true
    case "off": timesStatements = false
    default: return misused(.time, "expected on or off, got \(argument)")
    }
    say("time: \(timesStatements ? "on" : "off")")
    return .done
  }

  private func misused(_ command: ColonCommand, _ what: String) -> CellResult {
    wrongUsage(":\(command.rawValue): \(what)", command.synopsis)
  }

  private func wrongUsage(_ message: String, _ remedy: String) -> CellResult {
    console.writeError(UsageError(message: message, remedy: remedy).text(format))
    return .failed(.usage)
  }
}

extension Duration {
  /// Such as "0.12 s": hundredths, more digits below a tenth.
  var inSeconds: String {
    let thousandths = Int(self / .milliseconds(1))
    let digits = String(thousandths % 1000 + 1000).dropFirst()
    return "\(thousandths / 1000).\(thousandths < 100 ? digits : digits.prefix(2)) s"
  }
}
