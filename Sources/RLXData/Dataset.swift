/// Rows with named columns, from a file or made in a session. A value: what changes it returns
/// another, and rows are shared, not copied.
package struct Dataset: Sendable {
  /// The path it was read from, or what its maker called it.
  package let name: String
  /// Every column of any row, in the order they are first seen.
  package let columns: [String]
  private let rows: any Rows

  init(rows: any Rows, columns: [String], name: String) {
    self.rows = rows
    self.columns = columns
    self.name = name
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

  init(_ list: ListRows, name: String) {
    var columns = JSONObject()
    for row in list.rows {
      for (key, _) in row where !columns.contains(key) { columns[key] = .null }
    }
    self.init(rows: list, columns: columns.keys, name: name)
  }

  static func row(_ value: JSON) -> Row? {
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
    selecting(Array(range.clamped(to: 0..<count)))
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
    let line = place < count && place >= 0 ? rows.line(place) : nil
    return DataError(
      file: name.isEmpty ? nil : name, line: line,
      found: line == nil ? "\(found) in row \(place)" : found, wanted: wanted, remedy: remedy)
  }

  private func selecting(_ places: [Int]) -> Dataset {
    let selected: SelectedRows
    if let view = rows as? SelectedRows {
      selected = SelectedRows(base: view.base, places: places.map { view.places[$0] })
    } else {
      selected = SelectedRows(base: rows, places: places)
    }
    return Dataset(rows: selected, columns: columns, name: name)
  }

  private func check(_ place: Int) throws(DataError) {
    guard place >= 0, place < count else {
      throw DataError(
        file: name.isEmpty ? nil : name, found: "row \(place)", wanted: "a row in 0..<\(count)")
    }
  }
}
