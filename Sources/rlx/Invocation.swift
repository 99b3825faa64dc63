/// What a command line asks for.
enum Invocation: Equatable {
  case run(options: [String], source: Source, arguments: [String])
  case replay(options: [String])

  /// Where the program comes from.
  enum Source: Equatable {
    /// The text given with `-c`, which stands among the options.
    case code
    case file(String)
    case standardInput
    /// No word about it: the prompt, or standard input where that is no terminal.
    case unsaid
  }

  /// Options that take the next word as their value.
  private static let valued: Set<String> = [
    "--seed", "--threads", "--max-steps", "--color", "--format", "--record", "--root",
  ]

  /// Cuts a command line at FILE: what stands before it is for rlx, what follows for the script.
  ///
  /// `replay` as the first word that is no option is the command; a file of that name is `./replay`.
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
    case "replay": self = .replay(options: options + rest.dropFirst())
    case "-":
      self = .run(options: options, source: .standardInput, arguments: Array(rest.dropFirst()))
    case .some(let file):
      self = .run(options: options, source: .file(file), arguments: Array(rest.dropFirst()))
    }
  }
}
