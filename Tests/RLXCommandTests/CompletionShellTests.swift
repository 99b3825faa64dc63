import Foundation
import RLXTestSupport
import Testing

/// The Tab key under a terminal. Keys go one after the other: a Tab among keys that come at once is
/// taken for pasted text.
@Suite(.serialized) struct CompletionShellTests {
  private let home: ScratchFolder

  init() throws { home = try ScratchFolder() }

  private func shell(
    _ arguments: [String] = [], terminal: String = "xterm", columns: Int = 80
  ) throws -> Pty {
    let pty = try Pty(
      Command.rlx, arguments,
      environment: [
        "HOME": home.path, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TERM": terminal,
      ], columns: columns)
    try pty.expect("rlx> ")
    return pty
  }

  /// Types text and waits until it is shown.
  private func type(_ text: String, in pty: Pty) throws {
    pty.send(text)
    try pty.expect(text)
  }

  /// Presses Tab and waits until `shown` has come.
  @discardableResult
  private func tab(_ shown: String, in pty: Pty) throws -> String {
    pty.send("\t")
    return try pty.expect(shown)
  }

  @Test func aNameIsCompletedWithItsParenthesis() throws {
    let pty = try shell()
    try type("enumer", in: pty)
    try tab("ate(", in: pty)
    pty.send("[7])\r")
    try pty.expect("[[0, 7]]\r\n")
  }

  @Test func aSecondTabListsArgumentsWithTypeAndDefault() throws {
    let pty = try shell()
    try type("[3, 1].sort(", in: pty)
    try tab("\u{7}", in: pty)
    let seen = try tab("rlx> [3, 1].sort(", in: pty)
    #expect(seen.contains("by:"))
    #expect(seen.contains("descending:  false"))
    #expect(seen.contains("Whether the largest come first"))
    pty.send("d")
    _ = pty.rest(for: .milliseconds(200))
    try tab("escending: ", in: pty)
    pty.send("true)\r")
    try pty.expect("[3, 1]\r\n")
  }

  @Test func twoTabsAtOnceAreTwoTabs() throws {
    let pty = try shell()
    try type("[3, 1].sort(", in: pty)
    pty.send("\t\t")
    let seen = try pty.expect("rlx> [3, 1].sort(")
    #expect(seen.contains("Whether the largest come first"))
  }

  @Test func whatIsCommonComesFirstThenTheList() throws {
    let pty = try shell()
    pty.send("some_name = 1; some_number = 2\r")
    try pty.expect("rlx> ")
    try type("som", in: pty)
    try tab("e_n", in: pty)
    let seen = try tab("rlx> some_n", in: pty)
    #expect(seen.contains("some_name"))
    #expect(seen.contains("some_number"))
    pty.send("umber\r")
    try pty.expect("2\r\n")
  }

  @Test func aPathIsCompletedInItsString() throws {
    try home.write("[1, 2]", to: "two words.json")
    let pty = try shell(columns: 240)  // the folder's name may be long
    try type("read(\"\(home.path)/tw", in: pty)
    try tab("o words.json\"", in: pty)
    pty.send(")\r")
    try pty.expect("\"[1, 2]\"\r\n")
  }

  @Test func aRowBeginsWithAnIndent() throws {
    let pty = try shell()
    pty.send("fn f(width) {\r")
    _ = pty.rest(for: .milliseconds(300))
    try tab("  ", in: pty)
    try type("return wid", in: pty)
    try tab("th", in: pty)
    pty.send(" * 2\r}\r")
    try pty.expect("rlx> ")
    pty.send("f(21)\r")
    try pty.expect("42\r\n")
    pty.send("\u{1B}[A\u{1B}[A")
    #expect(pty.rest(for: .milliseconds(300)).contains("  return width * 2"))
  }

  @Test func theListLeavesABufferOfSeveralRowsWhole() throws {
    let pty = try shell(columns: 60)
    pty.send("a_one = 1; a_two = 2\r")
    try pty.expect("rlx> ")
    pty.send("print([\ra_\r])")
    _ = pty.rest(for: .milliseconds(300))
    pty.send("\u{1B}[A")  // to the row of `a_`, behind it
    _ = pty.rest(for: .milliseconds(200))
    pty.send("\t")
    _ = pty.rest(for: .milliseconds(300))
    let seen = try tab("])", in: pty)
    #expect(seen.contains("a_one"))
    #expect(seen.contains("rlx> print(["))
    pty.send("two\r")
    try pty.expect("[2]\r\n")
  }

  @Test func wideLettersDoNotShiftTheList() throws {
    let pty = try shell()
    pty.send("日本_一 = 1; 日本_二 = 2\r")
    try pty.expect("rlx> ")
    pty.send("[\"é 😀 日本\", 日")
    try pty.expect(", 日")
    try tab("本_", in: pty)
    let seen = try tab("rlx> [\"é 😀 日本\", 日本_", in: pty)
    #expect(seen.contains("日本_一"))
    pty.send("二]\r")
    try pty.expect("[\"é 😀 日本\", 2]\r\n")
  }

  @Test func tabWorksAfterControlC() throws {
    let pty = try shell()
    try type("enumer", in: pty)
    pty.send("\u{3}")
    try pty.expect("rlx> ")
    try type("enumer", in: pty)
    try tab("ate(", in: pty)
  }

  @Test func aPasteIsNeverCompleted() throws {
    let pty = try shell()
    pty.send("\u{1B}[200~xs = [\t1,\renumer\t\r]\u{1B}[201~")
    let bracketed = pty.rest(for: .milliseconds(400))
    #expect(!bracketed.contains("enumerate"))
    pty.send("\u{15}")
    _ = pty.rest(for: .milliseconds(300))
    pty.send("s = \"enumer\tate\"\rprint(s.len)\r")
    try pty.expect("10\r\n")
  }

  @Test(arguments: [
    (":hist", "ory "), (":time o", "n\r"), (":help enumer", "ate"), ("?enumer", "ate"),
    (":sav", "e "),
  ])
  func colonCommandsAndQuestionsAreCompleted(typed: String, rest: String) throws {
    let pty = try shell()
    try type(typed, in: pty)
    guard rest != "n\r" else {
      // `on` and `off` begin alike: nothing is certain.
      return _ = try tab("\u{7}", in: pty)
    }
    try tab(rest, in: pty)
  }

  @Test func aPathOfAColonCommandIsCompleted() throws {
    try home.write("print(\"loaded it\")\n", to: "my script.rlx")
    let pty = try shell(columns: 240)
    try type(":load \(home.path)/my", in: pty)
    try tab("script.rlx", in: pty)
    pty.send("\r")
    try pty.expect("loaded it\r\n")
  }

  @Test func aDumbTerminalCompletesWithoutEscapes() throws {
    let pty = try shell(terminal: "dumb")
    try type("[3].sort(", in: pty)
    try tab("\u{7}", in: pty)
    let seen = try tab("rlx> [3].sort(", in: pty)
    #expect(seen.contains("descending:") && !seen.contains("\u{1B}"))
  }

  @Test func aPlainShellTakesATabAsItIs() throws {
    let pty = try shell(["--plain"])
    pty.send("enumer\t\r")
    try pty.expect("unknown name")
  }

  @Test func upFindsWhatBeginsAsTyped() throws {
    let pty = try shell()
    pty.send("print(\"first\")\rx = 2\rprint(\"second\")\ry = 3\r")
    try pty.expect("second\r\n")
    try pty.expect("rlx> ")
    try pty.expect("rlx> ")
    try type("prin", in: pty)
    pty.send("\u{1B}[A")
    try pty.expect("second")
    pty.send("\u{1B}[A")
    try pty.expect("first")
    pty.send("\r")
    try pty.expect("first\r\n")
  }
}
