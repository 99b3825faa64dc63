import Foundation
import RLXScript
import RLXTestSupport
import Testing

@Suite struct FormatterTests {
  private func formatted(_ text: String) throws -> String {
    try RLXScript.formatted(Source(text, name: "<test>"))
  }

  @Test(arguments: [
    ("x=1", "x = 1\n"),
    ("", ""), ("\n\n", ""), ("# only this", "# only this\n"),
    ("a,b=b , a", "a, b = b, a\n"),
    ("f ( a,n : 2 )", "f(a, n: 2)\n"),
    ("xs [ 0 ] . len", "xs[0].len\n"),
    ("- x+-1 - -y", "-x + -1 - -y\n"),
    ("2**-1", "2 ** -1\n"),
    ("t[ .. , 0 ..3, -1, ...]", "t[.., 0..3, -1, ...]\n"),
    ("for i in 0 .. n{print(i)}", "for i in 0..n { print(i) }\n"),
    ("{ a:1,'b' :2 }", "{a: 1, 'b': 2}\n"),
    ("fn (x)=>x*2", "fn(x) => x * 2\n"),
    ("fn f(a,b=2){ }", "fn f(a, b = 2) {}\n"),
    ("if a{b}else if c{d}else{e}", "if a { b } else if c { d } else { e }\n"),
    ("x = if a then{k:1}else{}", "x = if a then {k: 1} else {}\n"),
    ("try{ f() }catch e{ g() }", "try { f() } catch e { g() }\n"),
    ("not(a and(b))", "not (a and (b))\n"),
    ("m . in .if ( 1 )", "m.in.if(1)\n"),
    ("f(in:2,not :3)", "f(in: 2, not: 3)\n"),
    ("1 .é", "1 .é\n"), ("1 .len", "1.len\n"),
    ("x|>f|>g ( 2 )", "x |> f |> g(2)\n"),
    ("a;b ;c;", "a; b; c;\n"),
    ("return_value = r\"\\ # \"", "return_value = r\"\\ # \"\n"),
    ("\"\\( a+b )\"", "\"\\( a+b )\"\n"),
    ("x\n- 1", "x\n-1\n"),
    ("(x\n- 1)", "(x\n  - 1)\n"),
    ("[fn() { a }\n- 1]", "[fn() { a }\n  - 1]\n"),
    ("fn() => {\na:1}", "fn() => {\n  a: 1}\n"),
    ("x = 1\r\ny = 2\r\n", "x = 1\ny = 2\n"),
    ("\u{FEFF}x=1", "\u{FEFF}x = 1\n"),
    ("#!/usr/bin/env rlx\n\n\n\n\nx", "#!/usr/bin/env rlx\n\n\nx\n"),
    ("_=f()\n_", "_ = f()\n_\n"),
  ])
  func aLineGetsItsStandardForm(_ text: String, _ wanted: String) throws {
    #expect(try formatted(text) == wanted)
  }

  @Test(arguments: [
    // Blocks, and what goes on.
    """
    if a and
        b {
          c
      # note
        } else {
    d
    }
    """: """
    if a and
      b {
      c
      # note
    } else {
      d
    }
    """,
    // Brackets that open on one line are one step; what closes stands under the line that opened.
    """
    xs.map(fn(x) {
    y = f({
    a: 1,
          b: [
       2],
    })

    return y})
    z = 1 +
    2
    f(a,
    b +
    c, [
    d]
    )
    """: """
    xs.map(fn(x) {
      y = f({
        a: 1,
        b: [
          2],
      })

      return y })
    z = 1 +
      2
    f(a,
      b +
        c, [
          d]
    )
    """,
    // Comments: behind code they keep their column's gap, alone they are indented like what follows.
    """
    x=1      # one
    long = 2 # two
             # and on

    fn f() {

          # inside
        return 1    # done


    # last
      }
    a = [
    1,  # first
    # none
    ]
    """: """
    x = 1    # one
    long = 2 # two
             # and on

    fn f() {
      # inside
      return 1    # done


      # last
    }
    a = [
      1,  # first
      # none
    ]
    """,
    // What stands in strings stays.
    "if a {\n x = \"\"\"\n   kept\n   \"\"\"   # b\n}":
      "if a {\n  x = \"\"\"\n   kept\n   \"\"\"   # b\n}",
  ])
  func linesGetTheirStandardForm(_ text: String, _ wanted: String) throws {
    #expect(try formatted(text) == wanted + "\n")
  }

  @Test func aTextThatIsNoProgramIsRefused() {
    #expect(throws: Diagnostic.self) { try formatted("x = 1\ny = ]") }
    #expect(throws: Diagnostic.self) { try formatted("fn f() {") }
  }

  /// Every program of the repository: the tests' chunks, the examples, the documentation.
  static let programs: [String] = {
    let examples =
      (try? FileManager.default.contentsOfDirectory(
        atPath: Repository.root.appendingPathComponent("examples").path)) ?? []
    let files = examples.filter { $0.hasSuffix(".rlx") }.map {
      LanguageScript.read(Repository.root.appendingPathComponent("examples/\($0)").path)
    }
    let docs = LanguageScript.read(Repository.root.appendingPathComponent("docs/language.md").path)
    let blocks = docs.components(separatedBy: "```rlx\n").dropFirst()
      .compactMap { $0.components(separatedBy: "```").first }
    return files + blocks + LanguageScript.all.flatMap { $0.chunks.map(\.text) }
  }()

  @Test func everyProgramOfTheRepositoryKeepsItsMeaning() throws {
    var count = 0
    for text in Self.programs {
      guard case .complete = classify(text) else { continue }
      try keepsItsMeaning(text)
      count += 1
    }
    #expect(count > 150)
  }

  @Test func theExamplesAreFormatted() throws {
    let folder = Repository.root.appendingPathComponent("examples")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".rlx") }
    #expect(files.count >= 4)
    for file in files {
      let text = LanguageScript.read(folder.appendingPathComponent(file).path)
      #expect(try formatted(text) == text, "rlx fmt examples/\(file)")
    }
  }

  @Test(arguments: 0..<8)
  func anyProgramKeepsItsMeaning(_ group: Int) throws {
    var valid = 0
    for turn in 0..<25 {
      let text = ProgramGenerator.program(seed: UInt64(group * 1000 + turn))
      guard case .complete = classify(text) else { continue }
      valid += 1
      try keepsItsMeaning(text)
    }
    #expect(valid > 20, "the generator writes programs")
  }

  private func keepsItsMeaning(_ text: String) throws {
    let once = try formatted(text)
    #expect(SyntaxTree.text(of: once) == SyntaxTree.text(of: text), "of \(text)\nbecame \(once)")
    #expect(SyntaxTree.comments(of: once) == SyntaxTree.comments(of: text), "\(text)\n\(once)")
    let twice = try formatted(once)
    #expect(twice == once, "of \(text)\nbecame \(once)\nthen \(twice)")
    for line in once.split(separator: "\n") where line.hasSuffix(" ") {
      #expect(once.contains("\"\"\""), "a blank at the end of a line: \(line.debugDescription)")
    }
  }
}
