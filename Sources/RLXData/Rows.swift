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
  /// `count`, or `limit` if that is less: finds out no more than it must.
  func count(upTo limit: Int) -> Int
  /// Whether `count` is there without work.
  var isCounted: Bool { get }
  /// Whether rows are read or made when they are asked for; else they are in memory.
  var isLazy: Bool { get }
  /// What lazy rows follow from, in one hash; nil of others.
  func digest() throws(DataError) -> SHA256.Digest?
}

extension Rows {
  package func count(upTo limit: Int) -> Int { min(count, limit) }
  package var isCounted: Bool { true }
  package var isLazy: Bool { false }
  package func digest() throws(DataError) -> SHA256.Digest? { nil }
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
  var isLazy: Bool { base.isLazy }

  func digest() throws(DataError) -> SHA256.Digest? {
    guard let base = try base.digest() else { return nil }
    var hasher = SHA256.Hasher()
    hasher.update("selected")
    hasher.update(base.bytes)
    places.withUnsafeBytes { hasher.update($0) }
    return hasher.finish()
  }
}

/// The rows of a range of others.
struct SlicedRows: Rows {
  let base: any Rows
  let range: Range<Int>

  var count: Int { range.count }
  func row(_ place: Int) throws(DataError) -> Row { try base.row(range.lowerBound + place) }
  func line(_ place: Int) -> Int? { base.line(range.lowerBound + place) }
  var isLazy: Bool { base.isLazy }

  func digest() throws(DataError) -> SHA256.Digest? {
    guard let base = try base.digest() else { return nil }
    return SHA256.hash("sliced \(base.hex) \(range.lowerBound) \(range.upperBound)")
  }
}

/// Rows made of others one by one when they are asked for.
struct ConvertedRows: Rows {
  let base: any Rows
  /// What the conversion is called, for the digest: it gives the same for the same row.
  let name: String
  let convert: @Sendable (Row, Int) throws(DataError) -> Row

  var count: Int { base.count }
  func row(_ place: Int) throws(DataError) -> Row { try convert(try base.row(place), place) }
  func line(_ place: Int) -> Int? { base.line(place) }
  var isLazy: Bool { base.isLazy }
  func count(upTo limit: Int) -> Int { base.count(upTo: limit) }
  var isCounted: Bool { base.isCounted }

  func digest() throws(DataError) -> SHA256.Digest? {
    try base.digest().map { SHA256.hash("\(name) \($0.hex)") }
  }
}
