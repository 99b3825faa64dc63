import Foundation
import GRDB

/// Text as it enters a column: TEXT, or its bytes as a BLOB if it holds a NUL character, at which
/// SQLite's TEXT would end. A model may well say NUL.
struct StoredText: DatabaseValueConvertible {
  let text: String

  init(_ text: String) { self.text = text }

  var databaseValue: DatabaseValue {
    text.utf8.contains(0) ? Data(text.utf8).databaseValue : text.databaseValue
  }

  static func fromDatabaseValue(_ value: DatabaseValue) -> StoredText? {
    switch value.storage {
    case .string(let text): StoredText(text)
    case .blob(let bytes): String(validating: bytes, as: UTF8.self).map { StoredText($0) }
    case .null, .int64, .double: nil
    }
  }
}

/// The columns of a row, checked: a file anyone may have edited must not end the process.
struct Fields {
  let row: Row

  private func value(_ column: String) throws -> DatabaseValue {
    guard let value = row[column] as DatabaseValue? else {
      throw StoreError(found: "no column \(column)", wanted: "the columns of a preferences file")
    }
    return value
  }

  private func wrong(_ column: String, _ value: DatabaseValue) -> StoreError {
    StoreError(found: "\(value) in the column \(column)", wanted: "what rlx writes there")
  }

  func integer(_ column: String) throws -> Int64 {
    let value = try value(column)
    guard case .int64(let number) = value.storage else { throw wrong(column, value) }
    return number
  }

  func integerIfAny(_ column: String) throws -> Int64? {
    try value(column).isNull ? nil : try integer(column)
  }

  func real(_ column: String) throws -> Double? {
    let value = try value(column)
    switch value.storage {
    case .null: return nil
    case .double(let number): return number
    case .int64(let number): return Double(number)
    case .string, .blob: throw wrong(column, value)
    }
  }

  func text(_ column: String) throws -> String {
    let value = try value(column)
    guard let stored = StoredText.fromDatabaseValue(value) else { throw wrong(column, value) }
    return stored.text
  }

  func textIfAny(_ column: String) throws -> String? {
    try value(column).isNull ? nil : try text(column)
  }

  func tokens(_ column: String) throws -> [Int32]? {
    guard let text = try textIfAny(column) else { return nil }
    guard let tokens = TokenList.decode(text) else {
      throw wrong(column, try value(column))
    }
    return tokens
  }

  func raw<Value: RawRepresentable>(_ column: String, as type: Value.Type = Value.self) throws
    -> Value where Value.RawValue == String
  {
    guard let value = Value(rawValue: try text(column)) else {
      throw wrong(column, try value(column))
    }
    return value
  }

  func rawIfAny<Value: RawRepresentable>(_ column: String, as type: Value.Type = Value.self) throws
    -> Value? where Value.RawValue == String
  {
    try value(column).isNull ? nil : try raw(column, as: type)
  }
}

/// Token ids as the column holds them, "[1,403]".
enum TokenList {
  static func encode(_ ids: [some BinaryInteger]) -> String {
    "[" + ids.map { String($0) }.joined(separator: ",") + "]"
  }

  static func decode(_ text: String) -> [Int32]? {
    guard text.utf8.first == UInt8(ascii: "["), text.utf8.last == UInt8(ascii: "]") else {
      return nil
    }
    let inner = text.dropFirst().dropLast()
    if inner.isEmpty { return [] }
    let ids = inner.split(separator: ",", omittingEmptySubsequences: false).map { Int32($0) }
    return ids.contains(nil) ? nil : ids.compactMap { $0 }
  }
}
