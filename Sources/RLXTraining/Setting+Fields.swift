// Makers of table entries, one for each type a settings struct keeps.

/// One of some words.
package protocol SettingChoice: RawRepresentable<String>, CaseIterable, Sendable {
  /// Other systems' words for some of the cases, which `init(rawValue:)` takes too.
  static var synonyms: [String] { get }
}

extension SettingChoice {
  package static var synonyms: [String] { [] }
}

extension Setting {
  typealias Path<Field> = any WritableKeyPath<Root, Field> & Sendable

  static func number(
    _ name: String, _ path: Path<Double>, _ range: SettingRange, aliases: [String] = [],
    usual: String = "", unit: String = "", _ doc: String
  ) -> Setting {
    Setting(
      name: name, kind: .number, isOptional: false, range: range, usual: usual, unit: unit,
      doc: doc, aliases: aliases,
      read: { .number($0[keyPath: path]) },
      write: { root, value in if case .number(let x) = value { root[keyPath: path] = x } })
  }

  static func optionalNumber(
    _ name: String, _ path: Path<Double?>, _ range: SettingRange, aliases: [String] = [],
    usual: String = "", unit: String = "", _ doc: String
  ) -> Setting {
    Setting(
      name: name, kind: .number, isOptional: true, range: range, usual: usual, unit: unit,
      doc: doc, aliases: aliases,
      read: { root in root[keyPath: path].map { .number($0) } ?? .none },
      write: { root, value in
        if case .number(let x) = value {
          root[keyPath: path] = x
        } else {
          root[keyPath: path] = nil
        }
      })
  }

  static func integer(
    _ name: String, _ path: Path<Int>, _ range: SettingRange, aliases: [String] = [],
    usual: String = "", unit: String = "", _ doc: String
  ) -> Setting {
    Setting(
      name: name, kind: .integer, isOptional: false, range: range, usual: usual, unit: unit,
      doc: doc, aliases: aliases,
      read: { .integer($0[keyPath: path]) },
      write: { root, value in if case .integer(let n) = value { root[keyPath: path] = n } })
  }

  static func optionalInteger(
    _ name: String, _ path: Path<Int?>, _ range: SettingRange, aliases: [String] = [],
    usual: String = "", unit: String = "", _ doc: String
  ) -> Setting {
    Setting(
      name: name, kind: .integer, isOptional: true, range: range, usual: usual, unit: unit,
      doc: doc, aliases: aliases,
      read: { root in root[keyPath: path].map { .integer($0) } ?? .none },
      write: { root, value in
        if case .integer(let n) = value {
          root[keyPath: path] = n
        } else {
          root[keyPath: path] = nil
        }
      })
  }

  static func optionalText(
    _ name: String, _ path: Path<String?>, aliases: [String] = [],
    usual: String = "", unit: String = "", _ doc: String
  ) -> Setting {
    Setting(
      name: name, kind: .text, isOptional: true, range: .any, usual: usual, unit: unit,
      doc: doc, aliases: aliases,
      read: { root in root[keyPath: path].map { .text($0) } ?? .none },
      write: { root, value in
        if case .text(let text) = value {
          root[keyPath: path] = text
        } else {
          root[keyPath: path] = nil
        }
      })
  }

  static func length(
    _ name: String, _ path: Path<LengthLimit>, _ range: SettingRange, aliases: [String] = [],
    usual: String = "", unit: String = "", _ doc: String
  ) -> Setting {
    Setting(
      name: name, kind: .length, isOptional: false, range: range, usual: usual, unit: unit,
      doc: doc, aliases: aliases,
      read: {
        let limit = $0[keyPath: path]
        return limit.isFixed ? .integer(limit.high) : .range(limit.low, limit.high)
      },
      write: { root, value in
        switch value {
        case .integer(let n): root[keyPath: path] = LengthLimit(n)
        case .range(let low, let high): root[keyPath: path] = LengthLimit(low: low, high: high)
        default: break
        }
      })
  }

  static func bool(
    _ name: String, _ path: Path<Bool>, aliases: [String] = [],
    usual: String = "", unit: String = "", _ doc: String
  ) -> Setting {
    Setting(
      name: name, kind: .bool, isOptional: false, range: .any, usual: usual, unit: unit,
      doc: doc, aliases: aliases,
      read: { .bool($0[keyPath: path]) },
      write: { root, value in if case .bool(let flag) = value { root[keyPath: path] = flag } })
  }

  static func choice<Choice: SettingChoice>(
    _ name: String, _ path: Path<Choice>, aliases: [String] = [],
    usual: String = "", unit: String = "", _ doc: String
  ) -> Setting {
    Setting(
      name: name, kind: .text, isOptional: false,
      range: .oneOf(Choice.allCases.map(\.rawValue) + Choice.synonyms), usual: usual, unit: unit,
      doc: doc, aliases: aliases,
      read: { .text($0[keyPath: path].rawValue) },
      write: { root, value in
        if case .text(let text) = value, let choice = Choice(rawValue: text) {
          root[keyPath: path] = choice
        }
      })
  }

  static func text(
    _ name: String, _ path: Path<String>, aliases: [String] = [],
    usual: String = "", unit: String = "", _ doc: String
  ) -> Setting {
    Setting(
      name: name, kind: .text, isOptional: false, range: .any, usual: usual, unit: unit,
      doc: doc, aliases: aliases,
      read: { .text($0[keyPath: path]) },
      write: { root, value in if case .text(let text) = value { root[keyPath: path] = text } })
  }

  static func texts(
    _ name: String, _ path: Path<[String]>, aliases: [String] = [],
    usual: String = "", unit: String = "", _ doc: String
  ) -> Setting {
    Setting(
      name: name, kind: .texts, isOptional: false, range: .any, usual: usual, unit: unit,
      doc: doc, aliases: aliases,
      read: { .texts($0[keyPath: path]) },
      write: { root, value in if case .texts(let list) = value { root[keyPath: path] = list } })
  }
}
