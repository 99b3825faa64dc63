/// A setting's value on its way from or to a script.
package enum SettingValue: Equatable, Sendable {
  case none
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case texts([String])
  /// The whole numbers of a range, both ends included.
  case range(Int, Int)
}

/// What a setting takes; `length` is a whole number or a range of them.
package enum SettingKind: Equatable, Sendable { case bool, integer, number, text, texts, length }

/// The values a setting may have.
package enum SettingRange: Equatable, Sendable {
  case any
  case atLeast(Double)
  case above(Double)
  case within(Double, Double)
  /// At least the first, less than the second.
  case halfOpen(Double, Double)
  /// Above the first, at most the second.
  case aboveUpTo(Double, Double)
  case oneOf([String])
}

/// One setting of a trainer: the only place where its name, type, range and meaning are written.
/// The session makes keyword parameters of these, so that every check exists once.
package struct Setting<Root: TrainerSettings>: Sendable {
  package let name: String
  package let kind: SettingKind
  /// Whether nil is a value of it.
  package let isOptional: Bool
  package let range: SettingRange
  /// What people set it to, narrower than what is allowed: `0.01 to 0.2`.
  package let usual: String
  /// What it is counted in: `nats`, `tokens`; empty for a pure number.
  package let unit: String
  package let doc: String
  /// Other systems' names for it; accepted, and shown under `name`.
  package let aliases: [String]
  package let read: @Sendable (Root) -> SettingValue
  /// Writes a value whose kind and range have been checked.
  let write: @Sendable (inout Root, SettingValue) -> Void

  /// Its value when nobody says anything.
  package var defaultValue: SettingValue { read(Root()) }
}

/// The settings of one trainer.
package protocol TrainerSettings: Equatable, Sendable {
  /// The trainer's name in a script.
  static var trainer: String { get }
  static var table: [Setting<Self>] { get }
  /// Every setting at its default.
  init()
  /// Throws `conflict` where settings that are each allowed do not fit together.
  func checkTogether() throws(TrainingError)
  /// What settings given with `given` are written over: a profile that is named among them.
  func startingPoint(_ given: [(name: String, value: SettingValue)]) -> Self
}

extension TrainerSettings {
  package func startingPoint(_ given: [(name: String, value: SettingValue)]) -> Self { self }

  /// These settings with what a script gave written over them.
  ///
  /// Throws for an unknown name, a value of the wrong kind or outside its range, a setting given
  /// under two names, and for settings that conflict; so before anything runs.
  package func applying(_ given: [(name: String, value: SettingValue)]) throws(TrainingError)
    -> Self
  {
    var result = startingPoint(given)
    var seen: [(name: String, spelling: String)] = []
    for (name, value) in given {
      let table = Self.table
      guard let setting = table.first(where: { $0.name == name || $0.aliases.contains(name) })
      else {
        throw .unknownSetting(trainer: Self.trainer, name: name, nearest: Self.nearest(to: name))
      }
      if let before = seen.first(where: { $0.name == setting.name }) {
        let alias = before.spelling == setting.name ? name : before.spelling
        throw .givenTwice(trainer: Self.trainer, name: setting.name, alias: alias)
      }
      seen.append((setting.name, name))
      setting.write(&result, try setting.checked(value))
    }
    try result.check()
    return result
  }

  /// Throws for the first setting outside its range or in conflict with another.
  package func check() throws(TrainingError) {
    for setting in Self.table { _ = try setting.checked(setting.read(self)) }
    try checkTogether()
  }

  /// Every setting with its value, in the table's order.
  package var plain: [(name: String, value: SettingValue)] {
    Self.table.map { ($0.name, $0.read(self)) }
  }

  /// The settings that are not at their default, in the table's order.
  package var changed: [(name: String, value: SettingValue)] {
    Self.table.compactMap { setting in
      let value = setting.read(self)
      return value == setting.defaultValue ? nil : (setting.name, value)
    }
  }

  /// The setting whose name is at most two edits (or a third of the letters) away.
  private static func nearest(to name: String) -> String? {
    let names = table.flatMap { [$0.name] + $0.aliases }
    let ranked = names.map { ($0, editDistance(Array(name.utf8), Array($0.utf8))) }
    guard let best = ranked.min(by: { $0.1 < $1.1 }), best.1 <= max(2, name.utf8.count / 3)
    else { return nil }
    return best.0
  }
}

/// Levenshtein's distance between two byte strings.
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  var row = Array(0...b.count)
  for (i, x) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, y) in b.enumerated() {
      let substituted = diagonal + (x == y ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(substituted, row[j] + 1, diagonal + 1)
    }
  }
  return row[b.count]
}
