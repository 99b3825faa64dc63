import RLXScript
import Testing

@Suite struct SyntaxTests {
  @Test(arguments: [
    "", "\n\n", "# only a comment", "x = 1", "x = 1;", "if a { b }", "if a { b } else { c }",
    "fn f() { }", "f(\n1,\n2\n)", "\"\"\"\na\n\"\"\"", "try { a } catch e { b }",
    "#!/usr/bin/env rlx\nx",
    "\u{FEFF}x = 1", "x = 1\r\ny = 2\r\n", "\"\\(f(\")\"))\"",
  ])
  func theseAreComplete(_ text: String) {
    guard case .complete = classify(text) else {
      Issue.record("\(text.debugDescription) is \(classify(text))")
      return
    }
  }

  @Test(arguments: [
    ("f(", "`)`"), ("[1,", "element"), ("{a:", "value"), ("x = ", "value"), ("x +", "`+`"),
    ("if a {", "`}`"), ("if a {\n  b\n", "`}`"), ("\"abc", "closing quote"), ("'abc", "quote"),
    ("\"\"\"abc\n", "\"\"\""), ("r\"abc", "quote"), ("\"\\(a", "`)`"), ("\"\\", "escape"),
    ("\"\\u{1F", "escape"), ("fn f", "`(`"), ("fn f(a", "`)`"), ("fn f(a)", "`{` or `=>`"),
    ("for x", "`in`"), ("for x in", "loop over"), ("x.", "name"), ("1.", "digits"),
    ("0x", "number"),
    ("1e", "number"), ("1_", "number"), ("x |", "|>"), ("x !", "!="), ("x ?", "??"),
    ("x not", "`in`"),
    ("try { a }", "catch"), ("if a then b", "else"), ("x no", "no"), ("use ", "file"),
    ("a, b", "`=`"),
    ("fail", "fail with"), ("x = [\n1,\n", "element"), ("not", "condition"), ("f(a:", "value"),
  ])
  func theseWaitForMore(_ text: String, _ missing: String) {
    guard case .incomplete(let waitingFor) = classify(text) else {
      Issue.record("\(text.debugDescription) is \(classify(text))")
      return
    }
    #expect(waitingFor.contains(missing), "\(text.debugDescription) waits for \(waitingFor)")
  }

  /// With the newline of the Enter key, what cannot go on is an error at once.
  @Test(arguments: [
    "print x\n", "x a\n", "\"abc\n", "1.\n", "if a\n", "x = 1 2", ")", "try { a }\n", "x = ]",
    "1 = 2",
    "x not\n1", "else\n", "\u{7}", "\"\\q\"", "x = @", "fn f(n: int)", "return\n",
  ])
  func theseAreInvalid(_ text: String) {
    guard case .invalid = classify(text) else {
      Issue.record("\(text.debugDescription) is \(classify(text))")
      return
    }
  }

  @Test func bytesThatAreNoProgramNeverCrash() {
    // Every pair and triple of marks, words and quotes.
    let bits = [
      "(", ")", "[", "]", "{", "}", "\"", "'", "\\", "\\(", "\"\"\"", "if", "fn", "try", "x", "1",
      ".",
      "..", ",", ":", "=", "\n", "#", "-", "|>", "é", "\u{0}", "not", "in", "else", "r\"", "0x",
      "1e",
    ]
    for a in bits {
      for b in bits {
        _ = classify(a + b)
        for c in bits { _ = classify(a + " " + b + c) }
      }
    }
  }
}

@Suite struct DiagnosticTests {
  private func rendered(_ text: String) -> String {
    let interpreter = Interpreter(effects: RecordingEffects())
    do {
      for statement in try interpreter.prepare(Source(text, name: "a.rlx")).statements {
        _ = try interpreter.run(statement)
      }
      return ""
    } catch {
      return (error as? Diagnostic)?.rendered() ?? "\(error)"
    }
  }

  @Test func caretsStandUnderWideCharacters() {
    #expect(
      rendered("x = [\"日本\", zzzz]") == """
        error: unknown name zzzz
          a.rlx:1:12
          1 | x = ["日本", zzzz]
            |              ^^^^
        """)
  }

  @Test func caretsCountMarksThatCombineAsNothing() {
    #expect(
      rendered("x = [\"e\u{301}\", zzzz]").hasSuffix(
        "  1 | x = [\"e\u{301}\", zzzz]\n    |           ^^^^"))
  }

  @Test func tabsAreKeptBeforeCarets() {
    #expect(rendered("if true {\n\tzzzz\n}").hasSuffix("  2 | \tzzzz\n    | \t^^^^"))
  }

  @Test func aSpanOverLinesIsMarkedOnItsFirst() {
    #expect(rendered("x = [1,\n  2] + 1\n").contains("  1 | x = [1,\n    |     ^^^\n"))
  }

  @Test func theTrailNamesEachCall() {
    let text = "fn inner(x) {\n  return x + nil\n}\nfn outer(x) => inner(x)\nouter(1)"
    #expect(
      rendered(text) == """
        error: `+` does not work on int 1 and nil
          a.rlx:2:10
          2 |   return x + nil
            |          ^^^^^^^
          in inner, called at a.rlx:4:16
          in outer, called at a.rlx:5:1
          try: x ?? 0
        """)
  }

  @Test func aLongTrailIsShortened() {
    let text = onLargeStack { () -> String in
      let interpreter = Interpreter(effects: RecordingEffects())
      do {
        let source = Source("fn f(n) => if n == 0 then 1 / 0 else f(n - 1)\nf(100)", name: "a.rlx")
        for statement in try interpreter.prepare(source).statements {
          _ = try interpreter.run(statement)
        }
        return ""
      } catch {
        return (error as? Diagnostic)?.rendered() ?? ""
      }
    }
    #expect(text.contains("  … 93 more calls\n"))
    #expect(text.split(separator: "\n").count == 13)
  }

  @Test func colourMarksTheWordAndTheCarets() {
    let diagnostic = Diagnostic(
      .name, "m", at: Place(Source("abc", name: "s"), Span(1, 2)), remedy: "r")
    #expect(
      diagnostic.rendered(color: true)
        == "\u{1B}[31merror:\u{1B}[0m m\n  s:1:2\n  1 | abc\n    |  \u{1B}[31m^\u{1B}[0m\n"
        + "  \u{1B}[32mtry:\u{1B}[0m r")
  }

  @Test(
    arguments: [
      ("lenght", "len", "len"), ("kl_coeff", "kl_coef", "kl_coef"),
      ("KLCoef", "kl_coef", "kl_coef"),
      ("x", "y", nil), ("learningrate", "learning_rate", "learning_rate"), ("abc", "xyz", nil),
      ("prnt", "print", "print"),
    ] as [(String, String, String?)])
  func spellingFindsTheNearest(_ word: String, _ known: String, _ nearest: String?) {
    #expect(Spelling.nearest(word, among: [known]) == nearest)
  }

  @Test func ofEquallyNearWordsTheFirstWins() {
    #expect(Spelling.nearest("bat", among: ["cat", "hat", "bats"]) == "cat")
  }
}
