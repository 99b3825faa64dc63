import RLXData
import RLXModels
import RLXTestSupport
import Testing

/// Chat templates against transformers (scripts/golden/chat_templates.py).
@Suite struct TemplateTests {
  private static func golden(_ name: String) throws -> JSON {
    try Support.json(Repository.golden("chat/\(name).json"))
  }

  private static func error(_ body: () throws -> some Any) -> TemplateError? {
    do {
      _ = try body()
      return nil
    } catch {
      return error as? TemplateError
    }
  }

  // MARK: - The language

  @Test func piecesComeOutAsInTransformers() throws {
    let golden = try Self.golden("pieces")
    let variables = try #require(golden["variables"]?.objectValue)
    let pieces = try #require(golden["pieces"]?.arrayValue)
    #expect(pieces.count > 75)
    for piece in pieces {
      let source = try #require(piece["source"]?.stringValue)
      let wanted = try #require(piece["text"]?.stringValue)
      do {
        let found = try Template(source).render(variables).text
        #expect(found.isExactly(wanted), "\(source.debugDescription)")
      } catch {
        Issue.record("\(source.debugDescription): \(error)")
      }
    }
  }

  @Test func whatTransformersRefusesIsAnErrorWithItsPlace() throws {
    let golden = try Self.golden("pieces")
    let variables = try #require(golden["variables"]?.objectValue)
    let failing = try #require(golden["failing"]?.arrayValue)
    #expect(failing.count > 80)
    for piece in failing {
      let source = try #require(piece["source"]?.stringValue)
      let error = Self.error { try Template(source).render(variables) }
      let found = try #require(error, "\(source) went through")
      #expect(found.line == 1 && (1...source.count + 1).contains(found.column), "\(source)")
      #expect(!found.found.isEmpty && !found.wanted.isEmpty)
    }
  }

  @Test(arguments: [
    ("a\n  {{ x.y.z }}", 2, 9, "y of a mapping"),
    ("{% if true %}\n{{ 1 | nope }}{% endif %}", 2, 8, "nope"),
    ("é😀 {{ '日' ~ }}", 1, 13, "an expression"),
    ("{{ raise_exception('out of turn') }}", 1, 19, "out of turn"),
    ("{% for i in x %}{{ i }}", 1, 24, "endfor"),
    ("{{ 9223372036854775807 + 1 }}", 1, 24, "64 bits"),
    ("{{ 99999999999999999999 }}", 1, 4, "64 bits"), ("\n\n{{ 'open", 3, 4, "at its end"),
    ("{% do x %}", 1, 4, "do"), ("{{ strftime_now('%Y') }}", 1, 16, "clock"),
  ])
  func errorsSayWhere(source: String, line: Int, column: Int, says: String) throws {
    let error = try #require(Self.error { try Template(source).render(["x": ["a": 1]]) })
    #expect(error.line == line && error.column == column, "\(error)")
    #expect((error.found + " " + error.wanted).contains(says), "\(error)")
  }

  // MARK: - Limits

  @Test(arguments: [
    "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
    "{% macro f(n) %}{{ f(n) }}{% endmacro %}{{ f(1) }}",
    "{% macro f() %}{% for i in [1] %}{% if true %}{{ [f()] | join }}{% endif %}{% endfor %}{% endmacro %}{{ f() }}",
    "{% set ns = namespace(x='ab') %}{% for i in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
    "{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
    "{{ 'a' * 1000000000000 }}", "{{ [0] * 1000000000000 }}", "{{ range(10 ** 15) | length }}",
    "{% for i in range(100000) %}{{ 'x' * 10000 }}{% endfor %}",
    "{{ ('x' * 1000000) | replace('', 'y' * 1000) }}",
    "{{ 'a'.ljust(10 ** 12) }}", "{{ (['a' * 1000000] * 100) | join }}", "{{ 10 ** 100 }}",
    "{% for i in [[]] recursive %}{{ loop([i]) }}{% endfor %}",
  ])
  func aTemplateThatDoesNotEndIsStopped(source: String) throws {
    let error = try #require(Self.error { try Template(source).render([:], maxSteps: 300_000) })
    if case .limit = error.problem { return }
    Issue.record("\(source): \(error)")
  }

  @Test(arguments: [
    ("(", ")"), ("[", "]"), ("{1:", "}"), ("-", ""), ("not ", ""), ("a if b else ", ""),
    ("a[", "]"),
    ("f(", ")"),
  ])
  func nestingIsLimited(open: String, close: String) throws {
    let (before, after) = (
      String(repeating: open, count: 20_000), String(repeating: close, count: 20_000)
    )
    let source = "{{ \(before)1\(after) }}"
    let error = try #require(Self.error { try Template(source) })
    if case .limit = error.problem { return }
    Issue.record("\(open): \(error)")
  }

  @Test(arguments: ["+1", ".a", "|upper", "[0]", " and a", "()", " is defined"])
  func chainsAreLimited(link: String) throws {
    let source = "{{ a" + String(repeating: link, count: 100_000) + " }}"
    #expect(Self.error { try Template(source) } != nil)
  }

  @Test func blocksInsideEachOtherAreLimited() throws {
    let source = String(repeating: "{% if true %}", count: 100_000)
    let error = try #require(Self.error { try Template(source) })
    if case .limit = error.problem { return }
    Issue.record("\(error)")
  }

  @Test func deepDataIsWrittenAndCompared() throws {
    var deep: JSON = []
    for _ in 0..<1000 { deep = [deep] }
    let text = try Template("{{ x }}{{ x | tojson }}{{ x == x }}").render(["x": deep]).text
    #expect(text.utf8.count == 4 * 1001 + 4)
  }

  // MARK: - Days

  @Test(arguments: [
    ("2024-02-29", "%d %b %Y", "29 Feb 2024"),
    ("2026-11-28", "%A, %B %-d, %y %j", "Saturday, November 28, 26 332"),
    ("2000-01-01", "%a %e %H:%M:%S %I %p %% %u %w %F", "Sat  1 00:00:00 12 AM % 6 6 2000-01-01"),
    ("1999-12-31", "%a %j %m", "Fri 365 12"),
  ])
  func theDayIsAnArgument(day: String, format: String, wanted: String) throws {
    let date = try #require(TemplateDate(day))
    let found = try Template("{{ strftime_now(f) }}").render(["f": .string(format)], date: date)
    #expect(found.text == wanted)
  }

  @Test(arguments: [
    "2023-02-29", "2026-13-01", "2026-00-01", "2026-1-1", "26-01-01", "", "today", "0000-01-01",
    "2026-01-01-",
  ])
  func noDayIsRefused(text: String) { #expect(TemplateDate(text) == nil) }
}
