import Foundation
import RLXTestSupport
import RLXTraining
import Testing

/// docs/ppo-details.md says what the tables and the golden tests say.
///
/// `RLX_REGEN=1` in the environment writes profiles and measured differences anew.
@Suite(.serialized) struct DetailPageTests {
  /// Another instruction set sums in another order: how much larger a difference may be there than on
  /// the machine that wrote the page.
  static let slack = 5.0
  /// What every comparison that is named on the page has to hold.
  static let bound = 2e-5

  private static let file = Repository.root.appendingPathComponent("docs/ppo-details.md")

  private static var lines: [String] {
    get throws { try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n") }
  }

  /// The rows of the table of details, as cells.
  private static func rows() throws -> [[String]] {
    let all = try lines
    let start = try #require(all.firstIndex { $0.hasPrefix("| detail |") })
    return all[(start + 2)...].prefix { $0.hasPrefix("| ") }.map(cells)
  }

  private static func cells(_ line: String) -> [String] {
    line.replacingOccurrences(of: "\\|", with: "¦").split(separator: "|")
      .map { $0.trimmingCharacters(in: .whitespaces) }
  }

  /// What stands between backticks.
  private static func quoted(_ text: String) -> [String] {
    let parts = text.components(separatedBy: "`")
    return parts.indices.filter { $0 % 2 == 1 }.map { parts[$0] }
  }

  /// The largest difference of the golden comparison that a page calls `ppo-details/k3`.
  private static func measured(_ name: String) throws -> Double {
    func worst(_ gaps: (numbers: Gap, weights: Gap)) -> Double {
      max(gaps.numbers.worst, gaps.weights.worst)
    }
    let parts = name.components(separatedBy: "/")
    switch (parts[0], parts.count) {
    case ("ppo-trl", 1): return worst(try GoldenPPOTests.gaps("ppo-trl", miniBatchSize: 2))
    case ("ppo-empty", 1): return worst(try GoldenPPOTests.gaps("ppo-empty", miniBatchSize: nil))
    case ("ppo-variants", 2): return worst(try GoldenPPOTests.gaps(variant: parts[1]))
    case ("ppo-details", 2): return worst(try GoldenDetailTests.gaps(parts[1]))
    case ("ppov2", 2): return try GoldenPPOv2Tests.gap(parts[1]).worst
    default: throw Unknown(name: name)
    }
  }

  private struct Unknown: Error { let name: String }

  /// The comparisons that a row names; none where it is worked by hand.
  private static func comparisons(_ row: [String]) -> [String] {
    row[3].hasPrefix("by hand") ? [] : quoted(row[3])
  }

  @Test func everySettingOfPPOIsInTheTableAndNoOther() throws {
    let known = Set(PPO.Settings.table.map(\.name))
    var seen: Set<String> = []
    for row in try Self.rows() {
      #expect(row.count == 5, "\(row)")
      for text in Self.quoted(row[2]) {
        let parts = text.components(separatedBy: ": ")
        #expect(known.contains(parts[0]), "\(text) is no setting")
        seen.insert(parts[0])
        guard parts.count == 2, parts[1].hasPrefix("\"") else { continue }
        let setting = PPO.Settings.table.first { $0.name == parts[0] }
        let value = SettingValue.text(parts[1].trimmingCharacters(in: ["\""]))
        #expect(throws: Never.self, "\(text)") { try setting?.checked(value) }
      }
    }
    // Settings of the optimizer and of sampling that every trainer has, and sizes.
    let common: Set = [
      "learning_rate", "adam_beta1", "adam_beta2", "weight_decay", "max_grad_norm",
      "gradient_checkpointing",
      "warmup_steps", "warmup_ratio", "batch_size", "min_tokens", "top_k", "top_p", "stop",
    ]
    #expect(
      known.subtracting(common) == seen, "\(known.subtracting(common).symmetricDifference(seen))")
  }

  @Test func whatIsWorkedByHandIsATestThatExists() throws {
    let folder = Repository.root.appendingPathComponent("Tests/RLXTrainingTests")
    let files = try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil)
    let tests = try files.map { try String(contentsOf: $0, encoding: .utf8) }.joined()
    for row in try Self.rows() where row[3].hasPrefix("by hand") {
      let names = Self.quoted(row[3])
      #expect(names.count == 1)
      for name in names { #expect(tests.contains("func \(name)("), "\(name)") }
    }
  }

  @Test func theDifferencesAreThoseMeasured() throws {
    if ProcessInfo.processInfo.environment["RLX_REGEN"] != nil { try Self.write() }
    let rows = try Self.rows().filter { !Self.comparisons($0).isEmpty }
    #expect(rows.count > 30)
    let named = Set(rows.flatMap(Self.comparisons))
    let details = Set(GoldenDetailTests.details.map { "ppo-details/\($0.name)" })
    let variants = Set(GoldenPPOTests.variants.map { "ppo-variants/\($0.name)" })
    let later = Set(GoldenPPOv2Tests.variants.map { "ppov2/\($0.name)" })
    #expect(named == details.union(variants).union(later).union(["ppo-trl", "ppo-empty"]))
    var found: [String: Double] = [:]
    for name in named { found[name] = try Self.measured(name) }
    for row in rows {
      let stated = try #require(Double(row[4]), "\(row)")
      let worst = Self.comparisons(row).compactMap { found[$0] }.max() ?? .infinity
      #expect(stated < Self.bound, "\(row[0])")
      #expect(worst <= stated * Self.slack, "\(row[0]): \(worst), the page says \(stated)")
      #expect(stated <= worst * 2 * Self.slack, "\(row[0]): \(worst), the page says \(stated)")
    }
  }

  @Test func profilesSayWhatTheyChange() throws {
    let all = try Self.lines
    for profile in PPO.Profile.allCases where profile != .rlx {
      let line = try #require(all.first { $0.hasPrefix("- `\(profile.rawValue)`: ") })
      #expect(line.hasSuffix(Self.changes(profile)), "RLX_REGEN=1 writes it")
    }
  }

  private static func changes(_ profile: PPO.Profile) -> String {
    let list = PPO.differences(.rlx, profile).map { difference -> String in
      let words =
        switch difference.second {
        case .none: "nil"
        case .bool(let flag): "\(flag)"
        case .integer(let number): "\(number)"
        case .number(let number): "\(number)"
        case .text(let text): "\"\(text)\""
        default: difference.second.words
        }
      return "`\(difference.name): \(words)`"
    }
    return list.joined(separator: ", ")
  }

  /// The page with what is measured now: rounded up to one digit.
  private static func write() throws {
    var all = try lines
    for (index, line) in all.enumerated() {
      if let profile = PPO.Profile.allCases.first(where: { line.hasPrefix("- `\($0.rawValue)`: ") })
      {
        let said = line.range(of: ". `").map { String(line[..<$0.lowerBound]) + "." } ?? line
        all[index] = said + " " + changes(profile)
      }
    }
    let start = try #require(all.firstIndex { $0.hasPrefix("| detail |") })
    for index in (start + 2)..<all.count where all[index].hasPrefix("| ") {
      let row = cells(all[index])
      guard row.count == 5, !comparisons(row).isEmpty else { continue }
      let worst = try comparisons(row).map(measured).max() ?? 0
      let head = all[index].dropLast(2).components(separatedBy: " | ").dropLast()
      all[index] = (head + [oneDigit(worst)]).joined(separator: " | ") + " |"
    }
    try all.joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
  }

  private static func oneDigit(_ value: Double) -> String {
    var exponent = 0
    var digits = value
    while digits > 0 && digits < 1 { (digits, exponent) = (digits * 10, exponent + 1) }
    let digit = Int(digits.rounded(.up))
    return digit == 10 ? "1e-\(exponent - 1)" : "\(digit)e-\(exponent)"
  }
}
