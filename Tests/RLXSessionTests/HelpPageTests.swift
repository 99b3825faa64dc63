import Foundation
import RLXScript
import RLXTraining
import Testing

@testable import RLXSession

/// The pages of help that are written by hand: their code runs, they fit a screen, they lack nothing.
@Suite struct HelpPageTests {
  private static let bench = Bench()
  private static var book: HelpBook { bench.book }

  /// Made once; only read afterwards, though pages are closures, which no test may share by rule.
  private final class Bench: @unchecked Sendable {
    let session = ObjectBench()
    let book: HelpBook
    init() { book = HelpBook(session.interpreter.registry, commands: []) }
  }
  private static let topics = HelpTopic.all([]).map(\.name)

  @Test(arguments: topics)
  func theCodeOfATopicShowsWhatItSays(topic: String) async throws {
    let page = try #require(HelpTopic.all([]).first { $0.name == topic })
    let code = page.code.joined(separator: "\n")
    for fault in try await ExampleBench().faults(in: code, name: topic) {
      Issue.record("\(fault)")
    }
    for line in page.code { #expect(line.count <= 76, "\(topic): a long line: \(line)") }
  }

  @Test func everyTopicThatAPageNamesIsThere() {
    let pages = HelpTopic.all([]).map { ($0.name, $0.page) }
    for (name, page) in pages {
      for match in page.matches(of: /:help ((?:[a-z]+, )*[a-z]+)/) {
        for topic in match.output.1.split(separator: ", ") {
          #expect(Self.topics.contains(String(topic)), "\(name) names :help \(topic)")
        }
      }
    }
    let overview = HelpTopic.overview.page
    for topic in Self.topics where topic != "overview" {
      #expect(overview.contains(topic), "the overview lacks \(topic)")
    }
  }

  /// Forty lines of eighty columns; the overview in twenty-four.
  @Test func pagesFitAScreen() {
    for subject in Self.book.subjects where [.topic, .type, .metric].contains(subject.kind) {
      let lines = PageObject(subject.page()).display(DisplayStyle(width: 80)).split(
        separator: "\n", omittingEmptySubsequences: false)
      let limit = subject.name == "overview" ? 24 : 40
      #expect(lines.count <= limit, "?\(subject.name) has \(lines.count) lines")
    }
  }

  @Test func linesKeepToTheWidth() {
    for width in [30, 50, 80] {
      for subject in Self.book.subjects {
        let page = PageObject(subject.page()).display(DisplayStyle(width: width))
        for line in page.split(separator: "\n") {
          #expect(TextWidth.of(line) <= width, "?\(subject.name) at \(width): \(line)")
        }
      }
    }
  }

  @Test func plainPagesAreASCIIAndColourFollowsTheStyle() {
    for subject in Self.book.subjects where subject.kind == .type || subject.kind == .metric {
      let page = PageObject(subject.page())
      let plain = page.display(DisplayStyle(isPlain: true))
      #expect(plain.utf8.allSatisfy { $0 < 0x80 }, "?\(subject.name): \(plain)")
      #expect(!page.display(DisplayStyle()).contains("\u{1b}"))
      #expect(page.display(DisplayStyle(usesColor: true)).hasPrefix("\u{1b}[1m"))
    }
  }

  // MARK: Settings

  @Test func everySettingHasAUsualRangeWithinTheAllowedOne() {
    func check<Settings: TrainerSettings>(_: Settings.Type) {
      for setting in Settings.table {
        let name = "\(Settings.trainer).\(setting.name)"
        #expect(!setting.usual.isEmpty, "\(name) has no usual range")
        #expect(!setting.doc.isEmpty, "\(name) has no doc")
        guard setting.kind == .number || setting.kind == .integer else { continue }
        let ends = setting.usual.prefix { $0 != ";" }.split(separator: " ").compactMap {
          Double($0)
        }
        #expect(!ends.isEmpty, "\(name): no number in \(setting.usual)")
        for end in ends { #expect(setting.range.contains(end), "\(name): \(end) is not allowed") }
        #expect(ends == ends.sorted(), "\(name): \(setting.usual)")
      }
    }
    check(SFT.Settings.self)
    check(RewardModel.Settings.self)
    check(PPO.Settings.self)
    check(DPO.Settings.self)
  }

  /// The table of settings is the table of keywords: each has a parameter with the same default.
  @Test func everySettingIsAKeyword() throws {
    let registry = Self.book.registry
    func check<Settings: TrainerSettings>(_ settings: Settings, _ spec: FunctionSpec?) throws {
      let spec = try #require(spec)
      for (name, value) in settings.plain {
        let parameter = try #require(
          spec.parameters.first { $0.name == name }, "\(Settings.trainer): \(name)")
        let shown = parameter.defaultValue?.shown ?? "none"
        let words = value.words.split(separator: " ").last.map(String.init) ?? ""
        #expect(words == "strings" || shown == words, "\(name): \(shown) is \(value.words)")
      }
    }
    try check(SFT.Settings(), registry.type("SFT")?.constructor)
    try check(PPO.Settings(), registry.type("PPO")?.constructor)
    try check(DPO.Settings(), registry.type("DPO")?.constructor)
    try check(RewardModel.Settings(), registry.type("RewardModel")?.method("fit"))
  }

  @Test func guidesNameSettingsMetricsAndPagesThatExist() throws {
    for guide in TypeGuide.all {
      let type = try #require(Self.book.registry.type(guide.type))
      let spec = try #require(guide.method.flatMap(type.method) ?? type.constructor)
      for name in guide.settings {
        #expect(spec.parameters.contains { $0.name == name }, "\(guide.type): \(name)")
      }
      for name in guide.metrics {
        #expect(Metric.named(name)?.trainers.contains(guide.type) == true)
      }
      for name in guide.seeAlso {
        let target = name.hasPrefix(":help ") ? String(name.dropFirst(6)) : name
        #expect(Self.book.page(named: target, topicsFirst: true) != nil, "\(guide.type): \(name)")
      }
    }
  }

  // MARK: Metrics

  /// What trainers log has an entry that names them, and no entry is of what nobody logs.
  @Test func everyMetricThatIsLoggedHasAPageAndNoOther() throws {
    let bench = ObjectBench()
    let scripts = [
      "SFT":
        """
      t = SFT(Model(MODEL))
      rows = [{prompt: "a", completion: "b"}]
      t.run(rows, steps: 1, eval: rows)
      t.log.names
      """,
      "DPO": """
      t = DPO(Model(MODEL))
      rows = [{prompt: "a", chosen: "b", rejected: "c"}]
      t.run(rows, steps: 1, eval: rows)
      t.log.names
      """,
      "RewardModel": """
      t = RewardModel(Model(MODEL))
      rows = [{prompt: "a", chosen: "b", rejected: "c"}]
      t.fit(rows, epochs: 1, eval: rows)
      t.log.names
      """,
      "PPO": """
      t = PPO(Model(MODEL), reward: fn(p, r) => r.len, max_tokens: 4, use_kl_loss: true,
        entropy_coef: 0.1, ptx_coef: 0.1, ptx: ["a b"])
      t.run(["a"], steps: 1, eval: ["b"])
      t.log.names + t.step(["a", "b"]).names
      """,
    ]
    var logged: Set<String> = []
    for (trainer, script) in scripts {
      let names = try #require(try bench.run(script)?.asElements()).map(\.printed)
      for name in names {
        let metric = Metric.named(name)
        #expect(metric?.trainers.contains(trainer) == true, "\(trainer) logs \(name)")
        logged.insert(name)
      }
      for metric in Metric.table where metric.trainers.contains(trainer) {
        #expect(names.contains(metric.name), "\(trainer) does not log \(metric.name)")
      }
    }
    #expect(Set(Metric.table.map(\.name)) == logged)
    for (alias, _) in PPO.aliases { #expect(Self.book.page(named: alias) != nil, "\(alias)") }
  }

  // MARK: The language

  @Test func everyWordAndOperatorHasAPage() {
    let all =
      Keyword.allCases.map(\.rawValue) + BinaryOperator.allCases.map(\.rawValue)
      + UnaryOperator.allCases.map(\.rawValue) + AssignmentOperator.allCases.map(\.rawValue)
      + ErrorKind.allCases.map(\.rawValue)
    for word in all { #expect(Self.book.page(named: word) != nil, "?\(word) has no page") }
  }

  @Test(arguments: LanguageWord.table.map { $0.spellings[0] })
  func theExampleOfAWordShowsWhatItSays(word: String) async throws {
    let entry = try #require(LanguageWord.table.first { $0.spellings[0] == word })
    #expect(entry.doc.hasSuffix("."))
    for fault in try await ExampleBench().faults(in: entry.example, name: word) {
      Issue.record("\(fault)")
    }
  }

  @Test(arguments: ErrorKind.allCases)
  func theExampleOfAnErrorEndsInIt(kind: ErrorKind) {
    guard let example = kind.example else { return }
    let error = ObjectBench().error(example)
    #expect(error.hasPrefix(kind.rawValue + ": "), "\(example): \(error)")
  }
}
