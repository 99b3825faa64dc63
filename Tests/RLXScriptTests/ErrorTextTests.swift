import RLXScript
import Testing

@Suite struct ErrorTextTests {
  @Test func ofALongLineThePartAroundTheSpanIsShown() {
    let text = String(repeating: "a", count: 300) + "BAD" + String(repeating: "z", count: 300)
    let place = Place(Source(text, name: "long"), Span(300, 303))
    let lines = Diagnostic(.value, "wrong", at: place).rendered().split(separator: "\n")
    #expect(lines.count == 4 && lines[1] == "  long:1:301")
    #expect(lines.allSatisfy { $0.count <= 110 })
    #expect(lines[2].contains("…a") && lines[2].hasSuffix("z…"))
    // The carets stand under the span.
    let carets = lines[3].drop { $0 != "^" }
    let column = lines[3].count - carets.count
    #expect(carets == "^^^" && lines[2].dropFirst(column).prefix(3) == "BAD")
  }

  @Test func aLineThatFitsIsShownWhole() {
    let place = Place(Source("x = high", name: "short"), Span(4, 8))
    let shown = Diagnostic(.type, "wrong", at: place).rendered()
    #expect(shown == "error: wrong\n  short:1:5\n  1 | x = high\n    |     ^^^^")
  }

  @Test(arguments: [
    ("prnit", "print"), ("klcoef", "kl_coef"), ("sorted", "sort"), ("lenght", "len"),
    ("temp", "temperature"), ("learning_rat", "learning_rate"), ("MODEL", "Model"),
  ])
  func aSlipFindsTheWord(word: String, meant: String) {
    let known = ["print", "kl_coef", "sort", "len", "temperature", "learning_rate", "Model", "log"]
    #expect(Spelling.nearest(word, among: known) == meant)
  }

  @Test(arguments: ["foo", "list", "steps", "lora", "KTO"])
  func anotherWordFindsNone(word: String) {
    #expect(Spelling.nearest(word, among: ["log", "int", "eps", "loss", "str"]) == nil)
  }
}
