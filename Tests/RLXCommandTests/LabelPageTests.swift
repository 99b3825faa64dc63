import RLXSession
import Testing

@testable import rlx

@Suite struct LabelPageTests {
  private static let question = LabelQuestion(
    prompt: "Once upon\na time", left: "there was a cat", right: "the \u{1B}[31mdog sat",
    number: 3, total: 8, by: "ana")

  private static func page(width: Int, plain: Bool = false) -> String {
    LabelPage(
      question, facts: TerminalFacts(width: width, isTerminal: true, isPlain: plain)
    ).text
  }

  @Test func aNarrowTerminalShowsOneAnswerAboveTheOther() {
    let lines = Self.page(width: 60).split(separator: "\n").map(String.init)
    #expect(lines.contains { $0.contains("3/8") && $0.contains("ana") })
    #expect(lines.contains("  there was a cat"))
    #expect(!lines.contains { $0.contains("cat") && $0.contains("sat") })
  }

  @Test func aWideTerminalShowsThemSideBySide() {
    let lines = Self.page(width: 120).split(separator: "\n").map(String.init)
    #expect(lines.contains { $0.contains("there was a cat") && $0.contains("sat") })
    #expect(lines.allSatisfy { $0.count < 120 })
  }

  @Test func aPlainTerminalIsStackedAndHasNoBoxes() {
    let text = Self.page(width: 120, plain: true)
    #expect(text.unicodeScalars.allSatisfy { $0.value < 0x2190 || $0.value > 0x2BFF })
    #expect(!text.contains("│"))
  }

  @Test func answersCannotSendCodesToTheTerminal() {
    #expect(!Self.page(width: 60).unicodeScalars.contains("\u{1B}"))
  }

  @Test(arguments: [
    ("1" as Character, LabelAnswer.first), ("2", .second), ("t", .tie), ("s", .skip),
    ("u", .undo), ("q", .quit),
  ])
  func keysAct(key: Character, answer: LabelAnswer) {
    #expect(key.asciiValue.flatMap(LabelPage.answer) == answer)
  }

  @Test func otherKeysDoNothing() {
    #expect(LabelPage.answer(for: UInt8(ascii: "\r")) == nil)
    #expect(LabelPage.answer(for: UInt8(ascii: "3")) == nil)
  }
}

@Suite struct ProgressBarTests {
  private static let line = ProgressLine(phase: "PPO", done: 8, total: 32, note: "kl 0.5")

  @Test func aLineSaysHowFarAndHowLong() {
    let text = ProgressBar.text(Self.line, elapsed: .seconds(65), width: 100, isPlain: false)
    #expect(text == "PPO  █████░░░░░░░░░░░░░░░  8/32  1:05  ~3:15 left  kl 0.5")
  }

  @Test func aPlainLineHasNoBar() {
    let text = ProgressBar.text(Self.line, elapsed: .seconds(5), width: 100, isPlain: true)
    #expect(text == "PPO  8/32  0:05  about 0:15 left  kl 0.5")
  }

  @Test func aLineNeverWraps() {
    let text = ProgressBar.text(Self.line, elapsed: .seconds(5), width: 30, isPlain: false)
    #expect(text.count < 30)
  }

  /// Tokens a second and memory stand beside the numbers of a run, and are nowhere kept.
  @Test func aLineOfARunHasItsRateAndMemory() {
    var line = Self.line
    line.bytes = 300 << 20
    let text = ProgressBar.text(
      line, elapsed: .seconds(65), rate: 1234.5, width: 100, isPlain: true)
    #expect(text.hasSuffix("kl 0.5  1234 tokens/s  300 MB"))
  }

  @Test func anUnknownTotalShowsTheCount() {
    let text = ProgressBar.text(
      ProgressLine(phase: "read", done: 12, total: 0), elapsed: .seconds(4000), width: 80,
      isPlain: false)
    #expect(text == "read  12  1:06:40")
  }
}
