import RLXData
import RLXScript

extension Value {
  /// A JSON value as a value of the language.
  package init(_ json: JSON) {
    self =
      switch json {
      case .null: .nil
      case .bool(let value): .bool(value)
      case .int(let value): .int(value)
      case .double(let value): .float(value)
      case .string(let value): .string(value)
      case .array(let values): .list(values.map { Value($0) })
      case .object(let object): .map(object.map { ($0.key, Value($0.value)) })
      }
  }
}

extension JSON {
  /// Plain data as JSON; host objects by what they call plain. Functions and errors have none.
  package init(_ value: RLXScript.Value, for purpose: String) throws {
    switch value {
    case .nil: self = .null
    case .bool(let flag): self = .bool(flag)
    case .int(let number): self = .int(number)
    case .float(let number): self = .double(number)
    case .string(let text): self = .string(text.string)
    case .list(let list): self = .array(try list.elements.map { try JSON($0, for: purpose) })
    case .range:
      self = .array(try (value.asElements() ?? []).map { try JSON($0, for: purpose) })
    case .map(let map):
      self = .object(
        JSONObject(
          try map.entries.map { (key: JSON.text($0.key), value: try JSON($0.value, for: purpose)) })
      )
    case .host(let object):
      guard let plain = try object.plain() else { throw JSON.unfit(value, purpose) }
      self = try JSON(plain, for: purpose)
    case .function, .error: throw JSON.unfit(value, purpose)
    }
  }

  private static func unfit(_ value: RLXScript.Value, _ purpose: String) -> Fault {
    Fault(.type, "\(purpose): expected plain data, got \(value.described)")
  }

  private static func text(_ key: MapKey) -> String {
    switch key {
    case .string(let text): text.string
    case .int(let number): String(number)
    case .bool(let flag): flag ? "true" : "false"
    }
  }
}

extension TableView.Cell {
  /// A cell for a value of a row; lists and objects as their JSON.
  init(_ json: JSON?) {
    self =
      switch json {
      case nil, .null: .missing
      case .bool(let value): .bool(value)
      case .int(let value): .integer(value)
      case .double(let value): .number(value)
      case .string(let value): .text(value)
      case .array(let values): .text((try? JSON.array(values).serialized()) ?? "[…]")
      case .object(let object): .text((try? JSON.object(object).serialized()) ?? "{…}")
      }
  }
}
