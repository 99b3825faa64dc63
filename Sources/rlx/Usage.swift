import ArgumentParser
import RLXSession

/// A command line that cannot be followed, and what to try.
struct UsageError: Error {
  var message: String
  var remedy = "rlx --help"

  func text(_ format: OutputFormat) -> String {
    format.error(kind: "usage", message, remedy: remedy)
  }
}

enum Usage {
  /// Reads options; what is wrong with them becomes a `UsageError`.
  static func parse<Arguments: ParsableArguments>(
    _ type: Arguments.Type, _ words: [String]
  ) throws(UsageError) -> Arguments {
    do {
      return try type.parse(words)
    } catch {
      throw UsageError(message: tidied(type.message(for: error)))
    }
  }

  /// ArgumentParser's sentence in the manner of rlx's errors: small at its start, no full stop, and
  /// the question about what was meant on the same line.
  private static func tidied(_ message: String) -> String {
    let line = message.split(separator: "\n").map(String.init).map(\.trimmed)
      .joined(separator: " ")
    guard let first = line.first, line.dropFirst().first?.isLowercase == true else { return line }
    return first.lowercased() + line.dropFirst()
  }

  /// The form that the words ask for, as far as they can be understood: an error about them is in it.
  static func format(askedIn words: [String]) -> OutputFormat {
    let name = "--format"
    let values = words.indices.compactMap { place -> String? in
      if words[place].hasPrefix(name + "=") {
        return String(words[place].dropFirst(name.count + 1))
      }
      return words[place] == name && place + 1 < words.count ? words[place + 1] : nil
    }
    return values.last.flatMap(OutputFormat.init) ?? .text
  }

  static let help = """
    rlx: a shell for RLHF. Load a model, generate, label, fit a reward model, run PPO, save, replay.

    usage: rlx [options]                     the prompt; or the program on standard input, if piped
           rlx [options] FILE [ARG…]         run a script; ARG… is its `args`
           rlx [options] -c CODE [ARG…]      run CODE
           rlx [options] - [ARG…]            run standard input
           rlx replay [options] FILE         run a session file again and compare every result
           rlx check FILE…                   find the errors of scripts without running them
           rlx fmt [--check] FILE…           give scripts their standard form, in place
    Options stand before FILE; - is standard input. A script called check is run as ./check.

    \(options(RunArguments.helpMessage(columns: 96)))

    options of replay and fmt:
    \(option("--root", of: ReplayArguments.helpMessage(columns: 96)))
    \(option("--rtol", of: ReplayArguments.helpMessage(columns: 96)))
    \(option("--check", of: FormatArguments.helpMessage(columns: 96)))

    exit codes: 0 done, 1 error in the program, 2 wrong usage, 3 replay differs, 4 a limit was reached,
      65 syntax error, 66 input missing, 130 interrupted
    At the prompt: `:help` shows the commands, `?name` explains a name.

    """

  /// The list of options out of ArgumentParser's help, which begins with a usage line of its own.
  private static func options(_ help: String) -> String {
    guard let start = help.ranges(of: "OPTIONS:").first else { return help.trimmed }
    return "options:" + help[start.upperBound...].trimmedEnd
  }

  /// One option's lines out of ArgumentParser's help.
  private static func option(_ name: String, of help: String) -> String {
    let lines = help.split(separator: "\n").drop { !$0.hasPrefix("  \(name)") }
    let rest = lines.dropFirst().prefix { $0.hasPrefix("      ") }
    return (lines.prefix(1) + rest).joined(separator: "\n")
  }
}

extension StringProtocol {
  /// Without the white space at its end.
  var trimmedEnd: String {
    var text = String(self)
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}
