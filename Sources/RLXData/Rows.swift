/// One row: columns in the order of its file.
package typealias Row = JSONObject

/// Rows by number. What lies behind may be memory, a choice out of other rows, or an index of a
/// large file.
package protocol Rows: Sendable {
  var count: Int { get }
  /// The row at a place within 0..<count.
  func row(_ place: Int) throws(DataError) -> Row
  /// The 1-based line of its file where a row begins, nil if that is not known.
  func line(_ place: Int) -> Int?
}

/// Rows in memory.
struct ListRows: Rows {
  var rows: [Row] = []
  /// The line of each row; empty if unknown.
  var lines: [Int] = []

  var count: Int { rows.count }
  func row(_ place: Int) -> Row { rows[place] }
  func line(_ place: Int) -> Int? { lines.isEmpty ? nil : lines[place] }
}

/// Some rows of others, in any order, copied nowhere.
struct SelectedRows: Rows {
  let base: any Rows
  let places: [Int]

  var count: Int { places.count }
  func row(_ place: Int) throws(DataError) -> Row { try base.row(places[place]) }
  func line(_ place: Int) -> Int? { base.line(places[place]) }
}
