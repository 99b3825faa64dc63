import RLXScript
import Testing

@Suite struct InterpreterTests {
  private let effects = RecordingEffects()

  private func interpreter() -> Interpreter {
    Interpreter(registry: .withFakes(), effects: effects, arguments: ["nano"])
  }

  @discardableResult
  private func run(_ text: String, in interpreter: Interpreter) throws -> [Interpreter.Outcome] {
    try interpreter.prepare(Source(text, name: "t.rlx")).statements.map { try interpreter.run($0) }
  }

  @Test func globalsKeepTheOrderOfCreation() throws {
    let interpreter = interpreter()
    try run("b = 1\na = 2\nb = 3\nfn f() => 1", in: interpreter)
    #expect(interpreter.globalNames == ["args", "b", "a", "f"])
    interpreter.removeGlobal("b")
    #expect(interpreter.globalNames == ["args", "a", "f"])
    #expect(interpreter.global("b") == nil)
    interpreter.setGlobal("b", .int(9))
    #expect(try run("b + a", in: interpreter).last?.value?.asInt == 11)
  }

  @Test func aStatementSaysWhatItBound() throws {
    let interpreter = interpreter()
    let bound = try run(
      "a, b = 1, [2]\nb[0] = 3\nfor i in 0..2 { a += i; c = i }\nfn f() { d = 1 }\nf()\n1 + 1",
      in: interpreter
    ).map(\.bound)
    #expect(bound == [["a", "b"], ["b"], ["i", "a", "c"], ["f"], [], []])
  }

  @Test func aFailedStatementSaysWhatItBoundBefore() throws {
    let interpreter = interpreter()
    let statements = try interpreter.prepare(
      Source("for i in 0..5 { x = 1 / (1 - i) }", name: "t.rlx")
    ).statements
    #expect(throws: Diagnostic.self) { try interpreter.run(statements[0]) }
    #expect(interpreter.boundNames == ["i", "x"])
  }

  @Test func statementsKeepTheirText() throws {
    let text = "# note\na = 1;  b = [\n  2, # two\n]\n## Doc.\nfn f() {\n  return 1\n}\n"
    let statements = try interpreter().prepare(Source(text, name: "t.rlx")).statements
    #expect(
      statements.map(\.text) == [
        "a = 1;", "b = [\n  2, # two\n]", "## Doc.\nfn f() {\n  return 1\n}",
      ])
    #expect(statements.map(\.isQuiet) == [true, false, false])
    #expect(statements.map(\.line) == [2, 2, 5])
  }

  @Test func lastValueFollowsTopLevelExpressions() throws {
    let interpreter = interpreter()
    try run("1 + 1\nnil\nx = 5\n7;", in: interpreter)
    #expect(interpreter.last.asInt == 7)
  }

  @Test func functionsShowTheirTextAndCaptures() throws {
    let interpreter = interpreter()
    try run(
      "fn make(a) {\n  b = [a]\n  return fn(x) => x + a + b[0]\n}\nf = make(4)", in: interpreter)
    guard case .function(let function)? = interpreter.global("f") else {
      Issue.record("f is no function")
      return
    }
    #expect(function.sourceText == "fn(x) => x + a + b[0]")
    #expect(function.captured.map(\.name) == ["a", "b"])
    #expect(function.captured[0].value?.asInt == 4)
  }

  @Test func pointsCountCallsAndTurns() throws {
    let interpreter = interpreter()
    try run("for i in 0..10 { abs(i) }", in: interpreter)
    #expect(interpreter.points == 20)
    try interpreter.point()
    #expect(interpreter.points == 21)
  }

  @Test func exitPassesThroughTry() throws {
    let interpreter = interpreter()
    do {
      try run("try { exit(3) } catch e { }", in: interpreter)
      Issue.record("went on")
    } catch let exit as Exit {
      #expect(exit.code == 3)
    }
  }

  @Test func unknownNamesAreFoundBeforeAnythingRuns() throws {
    let interpreter = interpreter()
    do {
      try run("print(1)\nx = prnt\ny = lenn", in: interpreter)
      Issue.record("ran")
    } catch let diagnostic as Diagnostic {
      #expect(diagnostic.others.count == 1)
      #expect(diagnostic.rendered().contains("t.rlx:3:5"))
    }
    #expect(effects.output == "")
    #expect(interpreter.globalNames == ["args"])
  }

  @Test func atThePromptABodyMayNameWhatComesLater() throws {
    let interpreter = interpreter()
    let source = Source("fn f() => later", name: "<prompt>")
    #expect(throws: Diagnostic.self) { try interpreter.prepare(source) }
    let statement = try interpreter.prepare(source, mode: .prompt).statements[0]
    _ = try interpreter.run(statement)
    try run("later = 3", in: interpreter)
    #expect(try run("f()", in: interpreter)[0].value?.asInt == 3)
  }

  @Test func longChainsOfFunctionsAreReleased() {
    // The chain hides from the depth limit: each link is stored after the next was made.
    let survived = onLargeStack {
      let interpreter = Interpreter(effects: RecordingEffects())
      let text = """
        fn link(f) {
          next = nil
          g = fn() => next
          next = f
          return g
        }
        f = nil
        for i in 0..300000 { f = link(f) }
        f = nil
        """
      guard let program = try? interpreter.prepare(Source(text, name: "t.rlx")) else {
        return false
      }
      return program.statements.allSatisfy { (try? interpreter.run($0)) != nil }
    }
    #expect(survived)
  }

  @Test func aLocalFunctionThatCallsItselfIsReleased() throws {
    weak var model: FakeModel?
    do {
      let interpreter = interpreter()
      try run(
        """
        fn count(m) {
          fn down(n) => if n == 0 then m.len else down(n - 1)
          return down(3)
        }
        count(Model(2))
        """, in: interpreter)
      let made = FakeModel(size: 7)
      model = made
      _ = try interpreter.call(try #require(interpreter.global("count")), [.host(made)])
    }
    #expect(model == nil)
  }

  @Test func deepRecursionOfHostCallbacksEndsWithALimit() {
    let kind = onLargeStack { () -> ErrorKind? in
      let interpreter = Interpreter(registry: .withFakes(), effects: RecordingEffects())
      let text = "fn f(x, scale) => Model(1).score(f)\nf(1, 2)"
      do {
        for statement in try interpreter.prepare(Source(text, name: "t.rlx")).statements {
          _ = try interpreter.run(statement)
        }
        return nil
      } catch {
        return (error as? Diagnostic)?.kind
      }
    }
    #expect(kind == .limit)
  }
}
