import ArgumentParser
import RLXSession

/// How output is to look.
struct LookOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Use colour: auto, always or never.", valueName: "when"))
  var color: TerminalConsole.Look.ColorChoice = .auto

  @Flag(help: "No colour, no cursor movement, no box characters: for screen readers and logs.")
  var plain = false

  @Option(
    help: ArgumentHelp("Show things as text, or as one JSON object a line.", valueName: "form"))
  var format: OutputFormat = .text
}

/// The options that stand before FILE, whichever way scripts are run.
struct CommonOptions: ParsableArguments {
  @Flag(name: [.short, .long], help: "Show no values of expression statements.")
  var quiet = false

  @Option(help: ArgumentHelp("Start from this seed.", valueName: "n"))
  var seed: UInt64 = 0

  @Option(help: ArgumentHelp("Use this many threads (default: all cores).", valueName: "n"))
  var threads: Int?

  @Option(
    help: ArgumentHelp(
      "End after this many calls and loop turns (default 10^9 for files, none at the prompt).",
      valueName: "n"))
  var maxSteps: Int?

  @OptionGroup var look: LookOptions

  @Flag(help: "Read no configuration, such as .editrc.")
  var noConfig = false

  @Flag(help: "Keep no journal and no history of what is typed.")
  var noJournal = false

  @Flag(help: "Show the version.")
  var version = false

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads: expected a number from 1 to 1024, got \(threads)")
    }
    if let maxSteps, maxSteps < 1 {
      throw ValidationError("--max-steps: expected a number of at least 1, got \(maxSteps)")
    }
  }
}

extension TerminalConsole.Look.ColorChoice: ExpressibleByArgument {}
extension OutputFormat: ExpressibleByArgument {}

/// `rlx [options] [FILE [ARG…]]`: the part before FILE.
struct RunArguments: ParsableArguments {
  @OptionGroup var common: CommonOptions

  @Option(name: .customShort("c"), help: ArgumentHelp("Run this text.", valueName: "code"))
  var code: String?

  @Option(
    help: ArgumentHelp(
      "Write what runs, with its digests and answers, to this session file.", valueName: "file"))
  var record: String?

  @Flag(help: "With --record: keep what replay --rtol compares, for machines of another kind.")
  var portable = false

  func validate() throws {
    if portable, record == nil {
      throw ValidationError("--portable: expected --record FILE with it")
    }
  }
}

/// `rlx replay [options] FILE`.
struct ReplayArguments: ParsableArguments {
  @OptionGroup var common: CommonOptions

  @Option(help: ArgumentHelp("Look for inputs below this folder, too.", valueName: "folder"))
  var root: String?

  @Option(
    help: ArgumentHelp(
      "Let floats differ by this much of them, such as 1e-3, where the session is --portable.",
      valueName: "x"))
  var rtol: Double?

  @Argument(help: "The session file.")
  var file: [String] = []

  func validate() throws {
    if let rtol, !(rtol > 0 && rtol < 1) {
      throw ValidationError("--rtol: expected a number above 0 and below 1, got \(rtol)")
    }
    if !common.version, file.count != 1 {
      throw ValidationError(
        file.isEmpty
          ? "replay: expected a session file"
          : "replay: expected one session file, got \(file.joined(separator: " "))")
    }
  }
}

/// `rlx check [options] FILE…`.
struct CheckArguments: ParsableArguments {
  @OptionGroup var look: LookOptions

  @Argument(help: "The scripts; - is standard input.")
  var file: [String] = []

  func validate() throws { try validateScripts(file, "check") }
}

/// `rlx fmt [options] FILE…`.
struct FormatArguments: ParsableArguments {
  @OptionGroup var look: LookOptions

  @Flag(help: "Change nothing: name the files that are not in standard form, and exit with 1.")
  var check = false

  @Argument(help: "The scripts; - is standard input, which goes to standard output.")
  var file: [String] = []

  func validate() throws { try validateScripts(file, "fmt") }
}

private func validateScripts(_ files: [String], _ command: String) throws {
  if files.isEmpty { throw ValidationError("\(command): expected one or more scripts") }
  if files.count(where: { $0 == "-" }) > 1 {
    throw ValidationError("\(command): standard input can be read only once")
  }
}
