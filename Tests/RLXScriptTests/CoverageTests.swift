import RLXScript
import Testing

/// Every rule, operator, error kind, hint and limit is what some script is there for.
@Suite struct CoverageTests {
  private static let named = Set(LanguageScript.all.flatMap(\.covers))

  private static let everything: [String] =
    Production.allCases.map(\.rawValue) + BinaryOperator.allCases.map { "op \($0.rawValue)" }
    + UnaryOperator.allCases.map { "unary \($0.rawValue)" }
    + AssignmentOperator.allCases.map { "assign \($0.rawValue)" }
    + ErrorKind.allCases.filter { !raisedByHosts.contains($0) }.map { "error \($0.rawValue)" }
    + Hint.allCases.map { "hint \($0.rawValue)" } + Limit.allCases.map { "limit \($0.rawValue)" }

  /// Kinds that only host objects and sessions raise; `HostTests` has them.
  private static let raisedByHosts: Set<ErrorKind> = [.file, .shape, .host, .stopped, .replay]

  @Test func everythingIsNamedByAScript() {
    let missing = Self.everything.filter { !Self.named.contains($0) }
    #expect(missing.isEmpty, "no script covers: \(missing.joined(separator: ", "))")
  }

  @Test func scriptsNameOnlyWhatExists() {
    let unknown = Self.named.subtracting(Self.everything).sorted()
    #expect(unknown.isEmpty, "scripts cover what does not exist: \(unknown)")
  }

  @Test(arguments: LanguageScript.all)
  func scriptsHoldWhatTheyName(_ script: LanguageScript) {
    var productions: Set<Production> = []
    for chunk in script.chunks {
      productions.formUnion(Parser.productions(of: Source(chunk.text, name: script.path)).used)
    }
    let text = script.chunks.map(\.text).joined(separator: "\n")
    let failures = onLargeStack { script.chunks.compactMap { ScriptRun($0, of: script).failure } }
    for name in script.covers {
      #expect(
        holds(name, productions, text, failures), "\(script.path) does not hold \(name)")
    }
  }

  private func holds(
    _ name: String, _ productions: Set<Production>, _ text: String, _ failures: [Diagnostic]
  ) -> Bool {
    let kind = name.prefix { $0 != " " }
    let rest = String(name.dropFirst(kind.count + 1))
    switch kind {
    case "op", "unary", "assign": return text.contains(rest)
    case "error": return failures.contains { $0.kind.rawValue == rest }
    case "hint":
      return failures.contains { $0.message == Hint(rawValue: rest)?.message }
    case "limit": return failures.contains { $0.kind == .limit }
    default: return productions.contains { $0.rawValue == name }
    }
  }
}
