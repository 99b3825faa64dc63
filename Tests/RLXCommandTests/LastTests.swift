import Foundation
import RLXTestSupport
import Testing

@testable import rlx

/// `:last`: what a display left out, in the reader's pager.
@Suite(.serialized) struct LastTests {
  private let home: ScratchFolder

  init() throws { home = try ScratchFolder() }

  private func shell(pager: String?, _ arguments: [String] = []) throws -> Pty {
    var environment = [
      "HOME": home.path, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TERM": "xterm",
      "NO_COLOR": "1",
    ]
    environment["PAGER"] = pager
    let pty = try Pty(Command.rlx, arguments, environment: environment)
    try pty.expect("rlx> ")
    return pty
  }

  private static let table =
    "table((0..90).list().map(fn(i) => {n: i, text: \"some words that go on and on, \" "
    + "+ \"so that no terminal of eighty columns has room for them: \\(i * i)\"}))\r"

  @Test func allOfTheLastValueIsShownAndTheSessionStaysAsItWas() throws {
    let pty = try shell(pager: "cat")
    pty.send(Self.table)
    try pty.expect("… 50 more rows · :last shows all")
    pty.send(":last\r")
    let shown = try pty.expect("for them: 7921")
    #expect(shown.contains("for them: 1600"), "a row from the middle, to its end")
    #expect(!shown.contains("more rows"))
    pty.send("\r_.len\r:save \(home.file("saved.rlx"))\r")
    try pty.expect("saved 2 statements")
    let saved = try String(contentsOfFile: home.file("saved.rlx"), encoding: .utf8)
    #expect(!saved.contains("last"))
  }

  @Test func aShellThatHasShownNothingSaysSo() throws {
    let pty = try shell(pager: "cat")
    pty.send("x = 3\r:last\r")
    try pty.expect("error: :last: nothing has been shown yet")
    try pty.expect("rlx> ")
  }

  @Test(arguments: ["no-such-pager", "true", "false"])
  func aPagerThatIsNotThereOrLeavesAtOnceDoesNoHarm(pager: String) throws {
    let pty = try shell(pager: pager)
    pty.send("1234 * 2\r")
    try pty.expect("2468\r\n")
    pty.send(":last\r")
    if pager == "no-such-pager" { try pty.expect("2468\r\n") }
    pty.send("3 + 4\r")
    try pty.expect("7\r\n")
    pty.send("\u{4}")
    #expect(try pty.exitCode() == 0)
  }

  @Test func controlCInThePagerLeavesTheShellAlone() throws {
    let pty = try shell(pager: "sh -c 'trap \"echo caught; exit\" INT; echo paging; sleep 20'")
    pty.send("5 * 5\r")
    try pty.expect("25\r\n")
    pty.send(":last\r")
    try pty.expect("paging")
    pty.send("\u{3}")
    try pty.expect("caught")
    pty.send("6 * 6\r")
    try pty.expect("36\r\n")
    pty.send("\u{4}")
    #expect(try pty.exitCode() == 0)
  }

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/less")))
  func lessShowsWhatIsTooLongAndEndsWithQ() throws {
    let pty = try shell(pager: nil)
    pty.send(Self.table)
    try pty.expect(":last shows all")
    pty.send(":last\r")
    try pty.expect("some words")
    pty.send("G")
    try pty.expect("(END)")
    pty.send("q")
    try pty.expect("rlx> ")
    pty.send("7 * 7\r")
    try pty.expect("49\r\n")
  }

  @Test func plainModeHasNoPager() throws {
    let pty = try shell(pager: "echo paged", ["--plain"])
    pty.send("range(400).list()\n")
    try pty.expect("... 200 more ...")
    pty.send(":last\n")
    try pty.expect(" 250,")
    pty.send("1 + 1\n")
    #expect(!(try pty.expect("2\r\n")).contains("paged"))
  }

  @Test func linesLongerThanTheScreenAreCutNotFolded() {
    let wide = "\u{1B}[1m" + String(repeating: "x", count: 79) + "\u{1B}[0m\n"
    #expect(Pager.lessFlags(for: wide, columns: 80) == "FRX")
    #expect(Pager.lessFlags(for: wide + "日" + wide, columns: 80) == "RSX")
  }
}
