import RLXSession

/// The commands of the prompt. They exist only there: a script says what it does in the language.
enum ColonCommand: String, CaseIterable {
  case help, apropos, vars, last, undo, redo, save, load, history, time, set, quit

  var synopsis: String {
    switch self {
    case .help: ":help [TOPIC]"
    case .apropos: ":apropos WORD"
    case .vars: ":vars"
    case .last: ":last"
    case .undo: ":undo [N]"
    case .redo: ":redo [N]"
    case .save: ":save FILE"
    case .load: ":load FILE or --recover"
    case .history: ":history [N]"
    case .time: ":time [on|off]"
    case .set: ":set [NAME SIZE]"
    case .quit: ":quit"
    }
  }

  var summary: String {
    switch self {
    case .help: "an overview, a page about a topic, or what ?NAME says of a name"
    case .apropos: "what help knows that has to do with a word"
    case .vars: "the names this session has defined"
    case .last: "what was shown last, all of it, in $PAGER"
    case .undo: "take back the last statement, or the last N: names, weights, draws, labels"
    case .redo: "do again what was undone, as long as nothing new was typed"
    case .save: "write the session as a script that runs and replays"
    case .load: "run a script or session file here; --recover picks up after a killed shell"
    case .history: "what was typed last, in earlier shells too"
    case .time: "say after each statement how long it took"
    case .set: "how much undo may keep: undo_memory 1GB, undo_disk 8GB; alone, what is set"
    case .quit: "end the shell, as Ctrl-D does"
    }
  }

  /// What `?:save` says beyond the summary; a test asks for one of each command.
  var details: String {
    switch self {
    case .help:
      "A topic comes before a name of the session here, and after it behind ?: with a variable called "
        + "data, :help data is the page about datasets and ?data says what the variable is."
    case .apropos:
      "Names, settings, metrics, words of the language and pages are searched, the best first. Of "
        + "several words, all must be found."
    case .vars: "In the order they were made, each with its type and the beginning of its value."
    case .save:
      "Every statement comes with its digest, every label with what was shown. rlx FILE runs it "
        + "again, rlx replay FILE runs it and compares."
    case .load:
      "What it defines is there afterwards, as if it had been typed. :load --recover runs again what "
        + "the last shell of this folder had done that did not come to an end."
    case .history: "20 entries unless another number is given. Ctrl-R searches them."
    case .time: "Without a word it is switched over. Times are never part of a session file."
    case .last:
      "Nothing is cut to the window, nothing is computed again, and nothing is recorded."
    case .undo:
      "Names, weights, optimizers, logs, draws and labels go back in place; files that were written "
        + "stay and are named. The session file says #~ undo, and :save leaves out what was undone."
    case .redo:
      "What was undone is put back as it was, without running again where it is still kept."
    case .set: "Without a word it lists the settings of the prompt. None of them changes a result."
    case .quit: "What was typed stays in the journal until the next shell; :save keeps it."
    }
  }

  /// All commands, as help shows them.
  static var helpPages: [CommandHelp] {
    allCases.map {
      CommandHelp(
        name: $0.rawValue, synopsis: $0.synopsis, summary: $0.summary, details: $0.details)
    }
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
