extension Dataset {
  /// How a file's rows are written, by the ending of its name.
  enum Format: String, CaseIterable {
    case jsonl, ndjson, json, csv, txt

    /// The format of a path; `.gz` after the ending does not count.
    static func of(_ path: String) -> Format? {
      var parts = path.split(separator: "/", omittingEmptySubsequences: false).last?
        .split(separator: ".", omittingEmptySubsequences: false).dropFirst()
      if parts?.last == "gz" { parts?.removeLast() }
      return parts?.last.flatMap { Format(rawValue: $0.lowercased()) }
    }
  }

  /// The rows of a file, in its order.
  ///
  /// - .jsonl, .ndjson: one JSON value a line, lines without any skipped.
  /// - .json: an array of rows, or an object of columns, arrays of equal length.
  /// - .csv: RFC 4180 with a header; every value is a string.
  /// - .txt: rows {text}. If blank lines stand between lines of text, each block between them is a
  ///   row (stories, paragraphs); else each line is one.
  ///
  /// A row in JSON is an object, or a string for a row {text}. `.gz` after the ending unpacks.
  /// Errors name file and line.
  package static func open(_ path: String) throws(DataError) -> Dataset {
    let file = try InputFile(path)
    guard let format = Format.of(path) else {
      throw DataError(
        file: path, found: "a name without a known ending",
        wanted: "a dataset: .jsonl, .json, .csv or .txt, or .gz of one",
        remedy: "rename the file by what is in it")
    }
    switch format {
    case .jsonl, .ndjson: return try lines(of: file)
    case .json: return try json(path)
    case .csv: return Dataset(try CSVReader.rows(of: path), name: path)
    case .txt: return try text(of: file)
    }
  }

  private static func lines(of file: InputFile) throws(DataError) -> Dataset {
    var reader = LineReader(file)
    let parser = JSONParser()
    var list = ListRows()
    while true {
      let number = reader.number + 1
      let row = try reader.next { line throws(DataError) -> Row? in
        if number == 1, line.hasUTF8Mark, line.count == 3 { return nil }
        if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { return nil }
        let value = try parser.parse(line, file: file.path, firstLine: number)
        if let row = Self.row(value) { return row }
        throw DataError(
          file: file.path, line: number, found: value.kind,
          wanted: "a row: an object, or a string for a row {text}")
      }
      guard let row else { return Dataset(list, name: file.path) }
      if let row {
        list.rows.append(row)
        list.lines.append(number)
      }
    }
  }

  private static func json(_ path: String) throws(DataError) -> Dataset {
    switch try JSON.read(path) {
    case .array(let values): return try Dataset(values: values, name: path)
    case .object(let columns): return try table(columns, path: path)
    case .null, .bool, .int, .double, .string:
      throw DataError(
        file: path, found: "one value", wanted: "an array of rows, or an object of columns")
    }
  }

  /// Rows from an object of columns.
  private static func table(_ columns: JSONObject, path: String) throws(DataError) -> Dataset {
    var count: Int?
    var arrays: [(key: String, values: [JSON])] = []
    for (key, value) in columns {
      guard let values = value.arrayValue else {
        throw DataError(
          file: path, found: "\(value.kind) for the column `\(key)`",
          wanted: "an array of rows, or an object of columns, each an array")
      }
      guard values.count == count ?? values.count else {
        throw DataError(
          file: path, found: "\(values.count) values in the column `\(key)`",
          wanted: "columns of equal length, \(count ?? 0) as in the first")
      }
      count = values.count
      arrays.append((key, values))
    }
    let rows = (0..<(count ?? 0)).map { place in
      Row(arrays.lazy.map { (key: $0.key, value: $0.values[place]) })
    }
    return Dataset(
      rows: ListRows(rows: rows), columns: columns.keys, name: path)
  }

  private static func text(of file: InputFile) throws(DataError) -> Dataset {
    var reader = LineReader(file)
    /// Lines in blocks, with the number of each block's first line.
    var blocks: [(line: Int, lines: [String])] = []
    var afterBlank = true
    while true {
      let number = reader.number + 1
      let line = try reader.next { bytes throws(DataError) in
        let hasMark = number == 1 && bytes.hasUTF8Mark
        let body = hasMark ? UnsafeRawBufferPointer(rebasing: bytes.dropFirst(3)) : bytes
        return try UTF8Check.text(body, file: file.path, firstLine: number)
      }
      guard let line else { break }
      if line.utf8.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) {
        afterBlank = true
      } else if afterBlank {
        blocks.append((number, [line]))
        afterBlank = false
      } else {
        blocks[blocks.count - 1].lines.append(line)
      }
    }
    var list = ListRows()
    func append(_ text: String, _ line: Int) {
      list.rows.append(Row([(key: "text", value: .string(text))]))
      list.lines.append(line)
    }
    if blocks.count == 1, let only = blocks.first {
      for (place, line) in only.lines.enumerated() { append(line, only.line + place) }
    } else {
      for block in blocks { append(block.lines.joined(separator: "\n"), block.line) }
    }
    return Dataset(list, name: file.path)
  }
}
