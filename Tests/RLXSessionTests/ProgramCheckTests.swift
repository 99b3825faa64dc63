import Foundation
import RLXSession
import RLXTestSupport
import Testing

@testable import RLXScript

/// What a program is told without running it.
@Suite struct ProgramCheckTests {
  private let registry: Registry
  private let core: SessionCore

  init() {
    core = SessionCore(console: TestConsole(), stop: StopFlag(), seed: 0, maxSteps: 1000)
    registry = Registry()
    Bindings.register(in: registry, core: core)
  }

  /// The errors of a program that may use the given files.
  private func errors(
    _ text: String, using files: [String: String] = [:], mode: PrepareMode = .file
  ) -> [Diagnostic] {
    let check = ProgramCheck(registry: registry) { path, _ in
      guard let text = files[path] else { throw Fault(.missing, "use: found no file \"\(path)\"") }
      return Source(text, name: path, path: "/" + path)
    }
    return check.errors(in: Source(text, name: "t.rlx"), mode: mode)
  }

  private func lines(_ errors: [Diagnostic]) -> [String] {
    errors.map { error in
      let place = error.place.map { "\($0.source.name):\($0.line):\($0.column)" } ?? "nowhere"
      return "\(place) \(error.kind.rawValue): \(error.message)"
        + (error.remedy.map { " | \($0)" } ?? "")
    }
  }

  @Test(arguments: [
    ("m = Model(\"nano\")\nPPO(m, kl_coeff: 2)", "t.rlx:2:18 argument: PPO: no parameter kl_coeff"),
    ("PPO(1)", "t.rlx:1:5 type: PPO: policy: expected a Model, got int 1"),
    ("m = Model(\"nano\")\nm.genrate(\"a\")", "t.rlx:2:3 name: Model: nothing called genrate"),
    (
      "m = Model(\"nano\")\nm.generate(\"a\", n: 0)",
      "t.rlx:2:20 value: Model.generate: n: expected"
    ),
    ("m = Model(\"nano\")\nm.generate()", "t.rlx:2:1 argument: Model.generate: missing argument"),
    ("m = Model(\"nano\")\nm.generate", "t.rlx:2:3 type: Model: generate is a method | .generate("),
    ("m = Model(\"nano\")\nm.device()", "t.rlx:2:3 name: Model: nothing called device"),
    ("len()", "t.rlx:1:1 argument: len: missing argument x"),
    ("len([1], 2)", "t.rlx:1:10 argument: len: takes 1 argument, got 2"),
    ("exit(300)", "value: exit: code: expected an int from 0 to 255, got int 300"),
    ("exit(\"a\")", "type: exit: code: expected an int from 0 to 255, got string \"a\""),
    ("exit(code: 1, code: 2)", "syntax: code: is given twice"),
    ("exit(1, code: 2)", "argument: exit: code: is given twice"),
    ("exit([1].len.x)", "t.rlx:1:14 name: int: nothing called x"),
    ("xs = [1]\nxs.append(2)", "t.rlx:2:4 name: list: nothing called append | xs += [x]"),
    ("xs = [1]\nxs.map(2)", "type: list.map: f: expected a function, got int 2"),
    ("xs = [1]\nxs.map([1])", "type: list.map: f: expected a function, got list of 1"),
    ("fn f(a, b = 2) => a\nf()", "t.rlx:2:1 argument: f: missing argument a | f(a, b = 2)"),
    ("fn f(a, b = 2) => a\nf(1, 2, 3)", "argument: f: takes 2 arguments, got 3 | f(a, b = 2)"),
    ("fn f(a, b = 2) => a\nf(1, c: 3)", "t.rlx:2:9 argument: f: no parameter c | f(a, b = 2)"),
    ("fn f(a, b = 2) => a\nf(1, a: 3)", "argument: f: a is given twice"),
    ("fn f(a) => a\n1 |> f(2)", "argument: f: takes 1 argument, got 2"),
    ("fn f() {\n  return g(1)\n}\nfn g() => 1", "t.rlx:2:10 argument: g: takes 0 arguments, got 1"),
    ("fn name() => \"a\"\nname().upper().foo", "name: string: nothing called foo"),
    ("5(1)", "t.rlx:1:1 type: cannot call int 5"),
    ("x = \"a\"\nx()", "t.rlx:2:1 type: cannot call string \"a\""),
    ("try f() catch e { }", "syntax: expected `else` and a value"),
    ("try { f = 1 } catch e { e.mesage }", "name: error: nothing called mesage | .message"),
    ("x = if true then \"a\" else \"b\"\nx.uper()", "name: string: nothing called uper | .upper"),
    ("t = 2 * tensor([1.0]) - 1\nt.relo()", "name: tensor: nothing called relo | .relu"),
    ("xs = [1]\nfor x in xs { prnt(x) }", "t.rlx:2:15 name: unknown name prnt | print"),
    ("\"\\(len())\"", "t.rlx:1:4 argument: len: missing argument x"),
    ("[fn() => len()]", "t.rlx:1:10 argument: len: missing argument x"),
    ("use \"gone.rlx\"", "t.rlx:1:1 missing: use: found no file \"gone.rlx\""),
  ])
  func anErrorIsNamedWithItsPlace(_ text: String, _ wanted: String) {
    let lines = lines(errors(text))
    #expect(lines.count == 1, "\(lines)")
    #expect(lines.first?.contains(wanted) == true, "\(lines)")
  }

  @Test(arguments: [
    // What is not known beforehand, or may come out well.
    "fn f(m) => m.anything(1, 2, 3)", "x = 1\nx = \"a\"\nx.len", "x = [1]\nx[0].foo",
    "m = {f: fn(x) => x}\nm.f(1)\nm.g = 2\nm.g", "print = fn(a, b) => a\nprint(1, 2)",
    "fn f() => 1\nf = 2", "if args.len > 1 { y = 1 } else { y = \"b\" }\ny.len",
    "try { len() } catch e { print(e.message, e.data) }", "try len() else 0",
    "for i in 0..3 { i }", "print(1, 2, 3)", "max(1, 2)", "max([1, 2])",
    "x = 5\nfn f() { x = \"a\"\n return x.len }", "fn f(x) => if x == 0 then 1 else f(x - 1)",
    "m = {a: 1}\nm.a = \"x\"\nexit(m.a)", "xs = [1]\nxs[0] = \"a\"\ntensor(xs)", "args.len",
    "f = len\nf([1])", "x = x", "_", "fn(a, b) => a", "len.name", "len.doc",
    "d = Dataset([\"a\"])\nd.len\nd.map(fn(x) => x).len", "t = tensor([1.0])\nt.len\nt.list()",
  ])
  func whatMayWorkIsNoError(_ text: String) {
    #expect(lines(errors(text)) == [])
  }

  @Test func everyErrorIsFound() {
    let text = """
      a = lenn([1])
      fn f(x) {
        y = x.len
        return zz + len()
      }
      f()
      PPO(1, kl_coef: -1, profle: "x")
      """
    #expect(
      lines(errors(text)).map { String($0.prefix { $0 != " " }) } == [
        "t.rlx:1:5", "t.rlx:4:10", "t.rlx:4:15", "t.rlx:6:1", "t.rlx:7:5",
        "t.rlx:7:17", "t.rlx:7:29",
      ])
  }

  @Test func everySyntaxErrorIsFound() {
    let text = """
      x = ]
      y = 1
      fn f(a, a) {
        b = 1 +* 2
      }
      z = $
      let q = 2
      s = \"\"\"
      w = ]
      \"\"\"
      print(1
      """
    let found = errors(text)
    #expect(found.map { $0.place?.line } == [1, 3, 6, 7, 11], "\(lines(found))")
    #expect(found.allSatisfy { $0.kind == .syntax })
  }

  @Test func usedFilesAreCheckedOnce() {
    let files = [
      "a.rlx": "use \"b.rlx\"\nfn twice(x) => 2 * x\nlen()", "b.rlx": "fn half(x) => x / nope",
    ]
    let found = lines(
      errors("use \"a.rlx\"\nuse \"b.rlx\" as b\ntwice()\nb.half(1, 2)", using: files))
    #expect(
      found.map { String($0.prefix { $0 != " " }) } == [
        "b.rlx:1:19", "a.rlx:3:1", "t.rlx:3:1", "t.rlx:4:1",
      ], "\(found)")
    #expect(lines(errors("use \"a.rlx\"", using: ["a.rlx": "use \"a.rlx\""])).count == 1)
    // What a broken file would define nobody knows.
    #expect(lines(errors("use \"a.rlx\"\nfoo()", using: ["a.rlx": "x = ]"])).count == 1)
  }

  /// The programs of the repository, those that show errors included: what the check says of them
  /// is what they themselves say will go wrong.
  @Test func noProgramOfTheRepositoryIsWronged() throws {
    let root = Repository.root
    let files = ["examples", "Tests/Language", "scripts", "Resources"].flatMap { folder in
      (FileManager.default.enumerator(atPath: root.appendingPathComponent(folder).path)?
        .compactMap { $0 as? String } ?? []).filter { $0.hasSuffix(".rlx") }
        .map { "\(folder)/\($0)" }
    }
    #expect(files.count > 45)
    for file in files where !file.contains("/used/") {
      let path = root.appendingPathComponent(file).path
      let text = try String(contentsOfFile: path, encoding: .utf8)
      let mode = text.contains("# mode: prompt") ? PrepareMode.prompt : .file
      for chunk in text.components(separatedBy: "\n---\n") {
        let check = ProgramCheck(registry: registry) { [core] in try core.source($0, usedBy: $1) }
        // Some chunks use files that only their own test provides.
        let found = check.errors(in: Source(chunk, name: file, path: path), mode: mode)
          .filter { $0.kind != .missing }
        let announced = announcedError(of: chunk)
        let isRight = found.contains { error in
          announced.map {
            "\(error.kind): \(error.message) try: \(error.remedy ?? "")".contains($0)
          }
            ?? false
        }
        #expect(
          found.isEmpty || isRight, "\(found.map { $0.rendered() }.joined(separator: "\n"))")
      }
    }
  }

  /// What a chunk of a language test says its error will hold.
  private func announcedError(of chunk: String) -> String? {
    for line in chunk.split(separator: "\n") {
      guard let mark = line.range(of: "### \"", options: .backwards),
        let close = line.lastIndex(of: "\""), close >= mark.upperBound
      else { continue }
      return String(line[mark.upperBound..<close])
    }
    return nil
  }

  /// The check trusts what the tables say of results: their examples hold them to it.
  @Test func theTablesSayWhatIsReturned() throws {
    let scratch = try Scratch()
    var count = 0
    let specs =
      registry.functions
      + registry.types.flatMap { [$0.constructor].compactMap(\.self) + $0.statics + $0.methods }
    for spec in specs {
      guard var example = spec.example, !spec.effects.contains(.asks) else { continue }
      example = example.replacing("\"MODEL\"", with: "MODEL")
      for file in [
        "my-model", "my-rm", "my-sft", "my-dpo", "my-ppo", "my-run", "my-tokenizer", "labels.db",
        "notes.txt", "prefs.jsonl", "rows.jsonl", "log.jsonl", "my-log",
      ] {
        example = example.replacing("\"\(file)\"", with: "\"\(scratch.path)/\(file)\"")
      }
      let bench = ObjectBench()
      guard case .program(let statements) = Parser.parse(Source(example, name: "<example>")),
        case .expression(let last)? = statements.last?.syntax, let value = try? bench.run(example)
      else { continue }
      let top = CheckScope(parent: nil)
      top.define(statements.map(\.syntax))
      let known = Inference(bench.interpreter.registry, top: top).known(last, top)
      guard let name = known.typeName else { continue }
      #expect(value.typeName == name, "\(spec.qualifiedName): \(example)")
      count += 1
    }
    #expect(count > 120, "\(count) examples have a type that is known beforehand")
  }
}
