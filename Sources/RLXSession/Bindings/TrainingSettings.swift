import RLXScript
import RLXTraining

// The trainers' tables of settings as parameters of constructors: the one place where the two meet,
// so that a setting's name, type, range, default and meaning are written once.

extension TrainerSettings {
  /// A keyword parameter for each setting.
  static var parameters: [ParameterSpec] { table.map(\.parameter) }

  /// These settings with what a call gave written over them; a default that was filled in is none.
  func applying(_ call: Call) throws -> Self {
    try applying(
      try Self.table.compactMap { setting in
        guard let position = call.spec.parameters.firstIndex(where: { $0.name == setting.name }),
          call.isWritten[position], let value = call.values[position]
        else { return nil }
        guard let read = SettingValue(value) else { throw call.wrong(setting.name, setting.wanted) }
        return (setting.name, read)
      })
  }
}

extension Setting {
  fileprivate var parameter: ParameterSpec {
    ParameterSpec(
      name, isOptional ? .oneOf([type, .nil]) : type, range: range.numbers,
      choices: range.choices, default: Value(defaultValue), aliases: aliases, usual: usual,
      unit: unit, doc: doc)
  }

  private var type: ValueType {
    switch kind {
    case .bool: .bool
    case .integer: .int
    case .number: .number
    case .text: .string
    case .texts: .oneOf([.string, .listOf(.string)])
    case .length: .oneOf([.int, .range])
    }
  }
}

extension SettingRange {
  fileprivate var numbers: NumberRange? {
    switch self {
    case .any, .oneOf: nil
    case .atLeast(let low): .atLeast(low)
    case .above(let low): .above(low)
    case .within(let low, let high): .between(low, high)
    case .halfOpen(let low, let high): .atLeast(low, below: high)
    case .aboveUpTo(let low, let high): .above(low, upTo: high)
    }
  }

  fileprivate var choices: [String] { if case .oneOf(let choices) = self { choices } else { [] } }
}

extension SettingValue {
  /// nil for a value no setting has.
  init?(_ value: Value) {
    switch value {
    case .nil: self = .none
    case .bool(let flag): self = .bool(flag)
    case .int(let number): self = .integer(number)
    case .float(let number): self = .number(number)
    case .string(let text): self = .text(text.string)
    case .list(let list):
      let texts = list.elements.compactMap { element in
        if case .string(let text) = element { text.string } else { nil as String? }
      }
      guard texts.count == list.count else { return nil }
      self = .texts(texts)
    case .range(let range):
      guard range.count > 0 else { return nil }
      self = .range(range.lower, range.upper - 1)
    case .map, .function, .error, .host: return nil
    }
  }
}

extension Value {
  init(_ setting: SettingValue) {
    self =
      switch setting {
      case .none: .nil
      case .bool(let flag): .bool(flag)
      case .integer(let number): .int(number)
      case .number(let number): .float(number)
      case .text(let text): .string(text)
      case .texts(let texts): .list(texts.map { .string($0) })
      case .range(let low, let high): .range(RangeValue(low, high + 1))
      }
  }
}
