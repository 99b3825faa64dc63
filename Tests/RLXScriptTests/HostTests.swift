import RLXScript
import Testing

/// The host's side: tables, objects, callbacks, errors.
@Suite(.serialized) struct HostTests {
  /// Runs a text with the fake host and returns what it displays, or its rendered error.
  private func run(_ text: String, _ effects: RecordingEffects = RecordingEffects()) -> String {
    let interpreter = Interpreter(registry: .withFakes(), effects: effects)
    do {
      for statement in try interpreter.prepare(Source(text, name: "t.rlx")).statements {
        let outcome = try interpreter.run(statement)
        guard outcome.isShown, let value = outcome.value else { continue }
        effects.output += value.display(DisplayStyle()) + "\n"
      }
    } catch let diagnostic as Diagnostic {
      effects.output += "\(diagnostic.kind.rawValue) \(diagnostic.rendered())\n"
    } catch {
      effects.output += "\(error)\n"
    }
    return effects.output
  }

  @Test func aWrongArgumentIsMarkedWhereItStands() {
    #expect(
      run("rm = 1\nppo = PPO(rm, kl_coef: \"high\")") == """
        type error: PPO: kl_coef: expected a number ≥ 0, got string "high"
          t.rlx:2:24
          2 | ppo = PPO(rm, kl_coef: "high")
            |                        ^^^^^^
          try: kl_coef: 0.05

        """)
  }

  @Test(arguments: [
    ("PPO(1, kl_coef: -1)", "value error: PPO: kl_coef: expected a number ≥ 0, got int -1"),
    ("PPO(1, kl_coeff: 1)", "argument error: PPO: no parameter kl_coeff"),
    ("PPO()", "argument error: PPO: missing argument policy, any value"),
    ("PPO(1, profile: \"trl01\")", "PPO: profile: expected one of \"trl011\", \"plain\""),
    ("PPO(1, 2, kl_coef: 3)", "argument error: PPO: kl_coef: is given twice"),
    ("PPO(1, 2, \"plain\", 4)", "argument error: PPO: takes 3 arguments, got 4"),
    ("PPO(1, kl_coef: 99)", "host error: PPO: kl_coef: conflicts with profile"),
    ("vector([1, \"a\"])", "vector: values: expected a list of numbers, got list of 2"),
    ("Model(0)", "Model: size: expected an int ≥ 1, got int 0"),
    ("Model(1.5)", "Model: size: expected an int ≥ 1, got float 1.5"),
    ("Model(1).grow", "type error: Model: grow is a method"),
    ("Model(1).rate()", "type error: Model: rate is a property"),
    ("Model(1).grwo()", "name error: Model: nothing called grwo"),
    ("Model.old()", "type error: Model: no function old"),
    ("vector([1]) @ 2", "shape error: matmul: inner sizes 2 and 3 differ"),
    ("vector([1]) + 2", "`+` does not work on vector and int 2"),
    ("Model(1)[0]", "Model: has no elements to read with [ ]"),
    ("Model(1).rate = \"x\"", "value error: Model: rate: expected a number"),
    ("vector([1])[4] = 1", "this vector has no name"),
    ("v = vector([1])\nv[4] = 1", "index error: vector: no such element"),
    ("json(vector([1]))", "json: a vector has no JSON form"),
  ])
  func mistakesAreNamed(_ text: String, _ message: String) {
    #expect(run(text).contains(message), "\(run(text))")
  }

  @Test func anErrorOfTheHostPointsAtItsParameter() {
    #expect(run("PPO(1, kl_coef: 99)").contains("    |                 ^^\n  try: leave one"))
  }

  @Test func aliasesAreAccepted() {
    #expect(run("PPO(1, init_kl_coef: 2)") == "2.0\n")
  }

  @Test func objectsAreReferences() {
    #expect(
      run("a = Model(1)\nb = a\nb.grow(by: 4);\na\na == b\na == Model(5)")
        == "Model of 5\ntrue\nfalse\n")
    #expect(run("a = Model(1)\nfn f() { a.rate = 2 }\nf()\na.rate") == "2.0\n")
    #expect(run("a = [Model(1)]\na[0].rate += 1\na[0].rate") == "1.5\n")
  }

  @Test func objectsHaveLengthElementsAndPlainForm() {
    #expect(
      run("m = Model(3)\nm.len\nlen(m)\nm.list()\nm.plain()\njson(m)\nfor x in m { print(x) }")
        == "3\n3\n[0, 10, 20]\n{size: 3}\n\"{\\\"size\\\": 3}\"\n0\n10\n20\n")
  }

  @Test func hostDataIsCopiedOnlyWhenShared() {
    FakeVector.copies = 0
    #expect(run("v = vector([1, 2])\nv[0] = 5\nv[1] += 1\nv") == "vector[5.0, 3.0]\n")
    #expect(FakeVector.copies == 0)
    #expect(
      run("v = vector([1, 2])\nw = v\nw[0] = 5\nv\nw") == "vector[1.0, 2.0]\nvector[5.0, 2.0]\n")
    #expect(FakeVector.copies == 1)
    #expect(run("m = {v: vector([1])}\nm.v[0] = 2\nm.v") == "vector[2.0]\n")
    #expect(FakeVector.copies <= 2)
    #expect(
      run("v = vector([1])\nfn f() { v[0] = 2 }\nf()").contains("v stands outside the function"))
  }

  @Test func operatorsReachTheHostFromBothSides() {
    #expect(run("10 - vector([1]) * 2") == "vector[8.0]\n")
    #expect(run("-vector([1])") == "vector[-1.0]\n")
    #expect(run("vector([1]) == vector([1])") == "true\n")
  }

  @Test func theHostCallsFunctionsByPositionAndName() {
    #expect(run("Model(3).score(with: fn(x, scale) => x * scale)") == "6.0\n")
    #expect(run("Model(3).score(fn(x) => x)").contains("fn: no parameter scale"))
    let trail = run("fn bad(x, scale) => x.foo\nModel(3).score(bad)")
    #expect(trail.contains("in bad, called at t.rlx:2:1"), "\(trail)")
  }

  @Test func staticsAndTypesAreValues() {
    #expect(
      run("Model.new()\nf = Model.new\nf()\nModel\ntype(Model(1))")
        == "Model of 1\nModel of 1\n<type Model>\n\"Model\"\n")
  }

  @Test func changesAreReported() {
    let effects = RecordingEffects()
    _ = run("m = Model(1)\nm.grow()\nm.rate = 3\nx = m.rate", effects)
    #expect(effects.touched == ["Model", "Model"])
  }

  @Test(arguments: [ErrorKind.stopped, .replay, .limit])
  func tryLetsThesePass(_ kind: ErrorKind) {
    let effects = RecordingEffects()
    var turns = 0
    effects.onPoint = {
      turns += 1
      if turns == 3 { throw Fault(kind, "passes through") }
    }
    let text = run("try {\n  while true { }\n} catch e {\n  print(\"caught\")\n}", effects)
    #expect(text.hasPrefix("\(kind.rawValue) error: passes through\n  t.rlx:2:9"), "\(text)")
  }

  @Test(arguments: [ErrorKind.file, .shape, .host])
  func tryCatchesTheOthersOfTheHost(_ kind: ErrorKind) {
    let effects = RecordingEffects()
    var isFirst = true
    effects.onPoint = {
      defer { isFirst = false }
      if isFirst { throw Fault(kind, "from below") }
    }
    #expect(
      run("try { while true { } } catch e { print(e.kind) }", effects) == "\(kind.rawValue)\n")
  }

  @Test func everyEntryOfTheTableHasDocumentation() {
    let registry = Registry()
    let specs = registry.functions + registry.types.flatMap { $0.methods + $0.statics }
    for spec in specs {
      #expect(!spec.doc.isEmpty && spec.doc.hasSuffix("."), "\(spec.qualifiedName)")
      for parameter in spec.parameters {
        #expect(!parameter.doc.isEmpty, "\(spec.qualifiedName) \(parameter.name)")
      }
      guard let example = spec.example else { continue }
      guard case .complete = classify(example) else {
        Issue.record("\(spec.qualifiedName): the example is no program: \(example)")
        continue
      }
      if spec.name != "exit" {
        #expect(!run(example).contains("error:"), "\(spec.qualifiedName): \(run(example))")
      }
    }
  }
}
