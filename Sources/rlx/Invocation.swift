/// What a command line asks for.
enum Invocation: Equatable {
  case run(options: [String], source: Source, arguments: [String])
  /// `rlx COMMAND …`: the options before and after the command, and its files.
  case command(Command, words: [String])

  /// The words that are commands where they stand first; a script of that name is run as `./check`.
  enum Command: String, CaseIterable {
    case replay, check, fmt
  }

  /// Where the program comes from.
  enum Source: Equatable {
    /// The text given with `-c`, which stands among the options.
    case code
    case file(String)
    case standardInput
    /// No word about it: the prompt, or standard input where that is no terminal.
    case unsaid
  }

  /// The words that are for rlx itself.
  var options: [String] {
    switch self {
    case .run(let options, _, _): options
    case .command(_, let words): words
    }
  }

  /// Options that take the next word as their value.
  private static let valued: Set<String> = [
    "--seed", "--threads", "--max-steps", "--color", "--format", "--record", "--root",
    "--rtol",
  ]

  /// Cuts a command line at FILE: what stands before it is for rlx, what follows for the script.
  ///
  /// A command is one only as the first word that is no option.
  init(_ words: [String]) {
    var position = 0
    while position < words.count {
      let word = words[position]
      if word == "-c" {
        let end = min(position + 2, words.count)
        self = .run(
          options: Array(words[..<end]), source: .code, arguments: Array(words[end...]))
        return
      }
      if word == "--" {
        position += 1
        let options = Array(words[..<(position - 1)])
        self = .run(
          options: options,
          source: position < words.count ? .file(words[position]) : .unsaid,
          arguments: Array(words.dropFirst(position + 1)))
        return
      }
      guard word.hasPrefix("-"), word != "-" else { break }
      position += Self.valued.contains(word) ? 2 : 1
    }
    let options = Array(words.prefix(position))
    let rest = words.dropFirst(position)
    switch rest.first {
    case nil: self = .run(options: options, source: .unsaid, arguments: [])
    case "-":
      self = .run(options: options, source: .standardInput, arguments: Array(rest.dropFirst()))
    case .some(let word):
      if let command = Command(rawValue: word) {
        self = .command(command, words: options + rest.dropFirst())
      } else {
        self = .run(options: options, source: .file(word), arguments: Array(rest.dropFirst()))
      }
    }
  }
}
