/// The commands of the prompt. They exist only there: a script says what it does in the language.
enum ColonCommand: String, CaseIterable {
  case help, vars, save, load, history, time, quit

  var synopsis: String {
    switch self {
    case .help: ":help [NAME]"
    case .vars: ":vars"
    case .save: ":save FILE"
    case .load: ":load FILE or --recover"
    case .history: ":history [N]"
    case .time: ":time [on|off]"
    case .quit: ":quit"
    }
  }

  var summary: String {
    switch self {
    case .help: "this list, or what is known of a name; also ?NAME"
    case .vars: "the names this session has defined"
    case .save: "write the session as a script that runs and replays"
    case .load: "run a script or session file here; --recover picks up after a killed shell"
    case .history: "what was typed last, in earlier shells too"
    case .time: "say after each statement how long it took"
    case .quit: "end the shell, as Ctrl-D does"
    }
  }

  static var list: String {
    let width = allCases.map(\.synopsis.count).max() ?? 0
    return allCases.map { command in
      let padding = String(repeating: " ", count: width - command.synopsis.count + 3)
      return "  " + command.synopsis + padding + command.summary + "\n"
    }.joined()
  }

  /// The keys worth knowing, for `:help`.
  static let keys = """
      Enter          run what is typed, or go on in a new row while it is not complete
      Alt-Enter      a new row in any case
      Tab            complete, again: list; at the start of a row indent
      Up, Down       rows, then inputs that begin as typed; Ctrl-R searches all
      Ctrl-C         clear the line; stop the statement that runs
      Ctrl-D         end the shell, on an empty line

    """

  /// The command nearest to a name that is none: one it begins, or one two slips away at most.
  static func nearest(to name: String) -> ColonCommand? {
    if let begun = allCases.first(where: { !name.isEmpty && $0.rawValue.hasPrefix(name) }) {
      return begun
    }
    return allCases.map { ($0, distance(name, $0.rawValue)) }
      .filter { $0.1 <= 2 }.min { $0.1 < $1.1 }?.0
  }

  /// Levenshtein's distance: letters to add, drop or change to get from one word to the other.
  private static func distance(_ one: String, _ other: String) -> Int {
    var row = Array(0...other.count)
    for (i, letter) in one.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, wanted) in other.enumerated() {
        let changed = diagonal + (letter == wanted ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(changed, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[other.count]
  }
}
