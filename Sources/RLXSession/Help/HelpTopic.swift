/// A page about a subject rather than a name, with lines of rlx to try.
///
/// In `text` a line with an indent stands as it is: what begins with two spaces is code, and what it
/// shows stands behind `#>`; what begins with four is a table. Other lines run together into
/// paragraphs. A test runs the code of each page from top to bottom in one session.
struct HelpTopic {
  let name: String
  let title: String
  let text: String

  init(_ name: String, _ title: String, _ text: String) {
    self.name = name
    self.title = title
    self.text = text
  }

  /// Every topic, the overview first; `commands` is what the prompt offers.
  static func all(_ commands: [CommandHelp]) -> [HelpTopic] {
    [overview] + language + models + training + session + [builtIn, self.commands(commands), names]
  }

  var page: String { "\(title)\n\n" + paragraphs }

  var subject: HelpSubject {
    HelpSubject(.topic, name, line: title, details: text) { page }
  }

  /// The code, line by line.
  var code: [String] {
    var lines: [String] = []
    var isCode = false
    var before = ""
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      let begins = !before.hasPrefix("  ")
      if begins { isCode = line.hasPrefix("  ") && !line.hasPrefix("   ") }
      if isCode, line.hasPrefix("  ") { lines.append(String(line.dropFirst(2))) }
      before = line
    }
    return lines
  }

  private var paragraphs: String {
    var lines: [String] = []
    var joins = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      let isProse = !line.isEmpty && !line.hasPrefix(" ")
      if isProse, joins {
        lines[lines.count - 1] += " " + line
      } else {
        lines.append(line)
      }
      joins = isProse
    }
    return lines.joined(separator: "\n")
  }

  // MARK: Pages made from tables

  private static func commands(_ commands: [CommandHelp]) -> HelpTopic {
    HelpTopic(
      "commands", "Commands and keys of the prompt",
      HelpText.columns(commands.map { ($0.synopsis, $0.summary) }).reindented + "\n\n" + keys)
  }

  private static let keys = """
        Enter        run what is typed, or go on in a new row while it is not complete
        Alt-Enter    a new row in any case
        Tab          complete what is typed, or indent; again: list what there is
        Ctrl-_       take back an edit of the line, and the one before it
        Up, Down     rows, then history; Ctrl-R searches it
        Ctrl-C       clear the line; stop the statement that runs
        Ctrl-D       end the shell, on an empty line

    ?NAME or NAME? is help on a name, :help TOPIC a page. Commands exist only at the prompt: a script
    says what it does in the language.
    """

  private static let builtIn = HelpTopic(
    "nano", "What comes with rlx",
    """
    A small model, data for every stage of training, and the true worth of answers in its world, so
    that all can be tried without a download. Each has a name of its own:


    """ + HelpText.columns(Resources.entries.map { ($0.name, $0.doc) }).reindented + """


        Dataset("nano/prompts").columns         #> ["prompt"]
        Dataset("nano/demos").columns           #> ["prompt", "completion"]
        Preferences("nano/prefs").len > 100     #> true
        use "nano/gold.rlx" as gold

      A file or folder of your own with such a name is "./nano".
      """)

  private static let names = HelpTopic(
    "names", "Where everything is listed",
    """
    :apropos WORD searches names, settings, metrics, words of the language and pages. ?TYPE lists the
    members of a type, ?PPO.settings every setting of a trainer, ppo.log.names what it measured.
    docs/reference.md has all of it on one page.
    """)
}

extension String {
  /// Each line two spaces further in, so that it is taken for a table and not for code.
  fileprivate var reindented: String {
    split(separator: "\n").map { "  " + $0 }.joined(separator: "\n")
  }
}
