/// Rows with named columns, from a file or made in a session. A value: what changes it returns
/// another, and rows are shared, not copied.
package struct Dataset: Sendable {
  /// The path it was read from, or what its maker called it.
  package let name: String
  /// Every column of any row, in the order they are first seen.
  package let columns: [String]
  /// The lines of its file that are no rows and were left out; of a .json file the elements, from 1.
  package let skipped: [Int]
  package let rows: any Rows

  package init(rows: any Rows, columns: [String], name: String, skipped: [Int] = []) {
    self.rows = rows
    self.columns = columns
    self.name = name
    self.skipped = skipped
  }

  package init(rows: [Row], name: String = "") {
    self.init(ListRows(rows: rows), name: name)
  }

  /// Rows {text}, one a string.
  package init(texts: [String], name: String = "") {
    self.init(rows: texts.map { Row([(key: "text", value: .string($0))]) }, name: name)
  }

  /// Objects are rows, strings rows {text}; anything else is an error that names its index.
  package init(values: [JSON], name: String = "") throws(DataError) {
    var rows: [Row] = []
    rows.reserveCapacity(values.count)
    for (place, value) in values.enumerated() {
      guard let row = Self.row(value) else {
        throw DataError(
          file: name.isEmpty ? nil : name, found: "\(value.kind) at index \(place)",
          wanted: "rows: objects, or strings for rows {text}")
      }
      rows.append(row)
    }
    self.init(rows: rows, name: name)
  }

  init(_ list: ListRows, name: String, skipped: [Int] = []) {
    var columns = ColumnNames()
    for row in list.rows { columns.add(row) }
    self.init(rows: list, columns: columns.names, name: name, skipped: skipped)
  }

  package static func row(_ value: JSON) -> Row? {
    switch value {
    case .object(let row): row
    case .string: Row([(key: "text", value: value)])
    case .null, .bool, .int, .double, .array: nil
    }
  }
}

// MARK: - Rows

extension Dataset {
  package var count: Int { rows.count }

  /// `count`, or `limit` if that is less: of rows that are still to be found no more are sought.
  package func count(upTo limit: Int) -> Int { rows.count(upTo: limit) }

  /// Whether its rows are counted: those of a filter may be still to be found.
  package var isCounted: Bool { rows.isCounted }

  /// Whether its rows are read or made when they are asked for; else they are in memory.
  package var isLazy: Bool { rows.isLazy }

  /// A hash of what lazy rows follow from, such as the file they lie in and the choice made of it; nil
  /// of rows in memory.
  package func digest() throws(DataError) -> SHA256.Digest? { try rows.digest() }

  /// Rows made of its rows one by one when they are asked for; `name` says how, in a digest.
  func converting(
    _ name: String, columns: [String],
    _ convert: @escaping @Sendable (Row, Int) throws(DataError) -> Row
  ) throws(DataError) -> Dataset {
    let converted = ConvertedRows(base: rows, name: name, convert: convert)
    let result = Dataset(rows: converted, columns: columns, name: self.name, skipped: skipped)
    if isLazy { return result }
    // Rows in memory are made at once, so that what is wrong with one is said at once.
    let list = ListRows(
      rows: try result.allRows(), lines: (0..<count).compactMap { rows.line($0) })
    return Dataset(rows: list, columns: columns, name: self.name, skipped: skipped)
  }

  /// Takes the hash of the file its rows lie in from one who has it.
  package func know(_ hash: SHA256.Digest) { (rows as? IndexedRows)?.know(hash) }

  /// Other rows in place of its own; with the same columns unless others are given.
  package func replacing(_ rows: any Rows, columns: [String]? = nil) -> Dataset {
    Dataset(rows: rows, columns: columns ?? self.columns, name: name, skipped: skipped)
  }

  /// The row at a place; a place outside 0..<count is an error.
  package func row(_ place: Int) throws(DataError) -> Row {
    try check(place)
    return try rows.row(place)
  }

  /// Every row in order, in memory.
  package func allRows() throws(DataError) -> [Row] {
    var all: [Row] = []
    all.reserveCapacity(count)
    for place in 0..<count { all.append(try rows.row(place)) }
    return all
  }

  /// The rows at these places, in this order; a place may come again. With a permutation this is
  /// a shuffle.
  package func select(_ places: [Int]) throws(DataError) -> Dataset {
    for place in places { try check(place) }
    return selecting(places)
  }

  /// The rows of a range, clipped to those there are.
  package func slice(_ range: Range<Int>) -> Dataset {
    let lower = max(0, range.lowerBound)
    let upper = rows.count(upTo: max(lower, range.upperBound))
    var (base, first) = (rows, min(lower, upper))
    let count = upper - first
    switch rows {
    case let list as SelectedRows:
      return selecting(Array(list.places[first..<upper]), of: list.base)
    case let list as SlicedRows: (base, first) = (list.base, list.range.lowerBound + first)
    default: break
    }
    return Dataset(
      rows: SlicedRows(base: base, range: first..<first + count), columns: columns, name: name,
      skipped: skipped)
  }

  /// The first rows, at most `count` of them.
  package func take(_ count: Int) -> Dataset { slice(0..<max(0, count)) }

  /// The rows before `place` and those from it on.
  package func split(at place: Int) -> (Dataset, Dataset) {
    let cut = min(max(place, 0), count)
    return (slice(0..<cut), slice(cut..<count))
  }

  /// These rows, then the other's.
  package func appending(_ other: Dataset) throws(DataError) -> Dataset {
    Dataset(rows: try allRows() + other.allRows(), name: name)
  }

  /// An error about the row at `place`: it names file and line where they are known.
  package func error(at place: Int, found: String, wanted: String, remedy: String? = nil)
    -> DataError
  {
    let line = place >= 0 && place < rows.count(upTo: place + 1) ? rows.line(place) : nil
    return DataError(
      file: name.isEmpty ? nil : name, line: line,
      found: line == nil ? "\(found) in row \(place)" : found, wanted: wanted, remedy: remedy)
  }

  private func selecting(_ places: [Int]) -> Dataset {
    switch rows {
    case let list as SelectedRows: selecting(places.map { list.places[$0] }, of: list.base)
    case let list as SlicedRows: selecting(places.map { list.range.lowerBound + $0 }, of: list.base)
    default: selecting(places, of: rows)
    }
  }

  private func selecting(_ places: [Int], of base: any Rows) -> Dataset {
    Dataset(
      rows: SelectedRows(base: base, places: places), columns: columns, name: name,
      skipped: skipped)
  }

  private func check(_ place: Int) throws(DataError) {
    guard place >= 0, place < rows.count(upTo: place == .max ? place : place + 1) else {
      throw DataError(
        file: name.isEmpty ? nil : name, found: "row \(place)", wanted: "a row in 0..<\(count)")
    }
  }
}
