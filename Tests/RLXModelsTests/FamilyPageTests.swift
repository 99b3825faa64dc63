import Foundation
import RLXModels
import RLXTestSupport
import Testing

/// docs/models.md says what the goldens say.
///
/// `RLX_REGEN=1` in the environment writes the measured differences anew.
@Suite(.serialized) struct FamilyPageTests {
  /// Another instruction set sums in another order: how much larger a difference may be there than on
  /// the machine that wrote the page.
  static let slack: Float = 8

  private static let file = Repository.root.appendingPathComponent("docs/models.md")

  private static func lines() throws -> [String] {
    try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
  }

  /// The cells of a row that states measured differences: name, what it is, logits, gradients.
  private static func cells(_ line: String) -> [String]? {
    let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    guard cells.count == 4, let name = cells.first?.split(separator: "`").first,
      FamilyGoldenTests.names.contains(String(name))
    else { return nil }
    return [String(name)] + cells.dropFirst()
  }

  /// Rounded up to one digit.
  private static func rounded(_ value: Float) -> String {
    guard value > 0 else { return "0" }
    let power = Int(log10(Double(value)).rounded(.down))
    let digit = Int((Double(value) / pow(10, Double(power))).rounded(.up))
    return digit == 10 ? "1e\(power + 1)" : "\(digit)e\(power)"
  }

  @Test func theDifferencesAreThoseMeasured() throws {
    var all = try Self.lines()
    var seen: [String] = []
    let start = try #require(all.firstIndex { $0.hasPrefix("| configuration |") })
    for (index, line) in all.enumerated().dropFirst(start) {
      guard let row = Self.cells(line) else { continue }
      seen.append(row[0])
      let found = try FamilyGoldenTests.differences(row[0])
      if ProcessInfo.processInfo.environment["RLX_REGEN"] != nil {
        all[index] =
          "| `\(row[0])` | \(row[1]) | \(Self.rounded(found.logits)) | "
          + "\(Self.rounded(found.gradients)) |"
        continue
      }
      for (stated, found) in [(row[2], found.logits), (row[3], found.gradients)] {
        let number = try #require(Float(stated), "\(line)")
        #expect(found <= number * Self.slack && number < FamilyGoldenTests.tolerance, "\(line)")
      }
    }
    #expect(seen == FamilyGoldenTests.names)
    if ProcessInfo.processInfo.environment["RLX_REGEN"] != nil {
      try all.joined(separator: "\n").write(to: Self.file, atomically: true, encoding: .utf8)
    }
  }

  @Test func everyFamilyIsOnThePage() throws {
    let text = try Self.lines().joined(separator: "\n")
    for family in Families.known { #expect(text.contains("`\(family)`"), "\(family)") }
  }
}
