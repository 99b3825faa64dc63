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
  ///
  /// Every row of a file of JSON lines is checked now. Of a large one none is kept: an index says where
  /// each begins, and it is read when it is asked for.
  package static func open(
    _ path: String, onError: OnError = .fail
  ) throws(DataError) -> Dataset {
    let file = try InputFile(path)
    guard let format = Format.of(path) else {
      throw DataError(
        file: path, found: "a name without a known ending",
        wanted: "a dataset: .jsonl, .json, .csv or .txt, or .gz of one",
        remedy: unknownEnding(path))
    }
    switch format {
    case .jsonl, .ndjson: return try lines(of: path, onError)
    case .json: return try json(path, onError)
    case .csv:
      var skipped: [Int] = []
      let (header, rows) = try CSVReader.rows(of: path, skipped: &skipped, onError)
      return Dataset(rows: rows, columns: header, name: path, skipped: skipped)
    case .txt: return try text(of: file)
    }
  }

  /// What becomes of rows that cannot be read.
  package enum OnError: String, Sendable, CaseIterable {
    /// The first is an error.
    case fail = "stop"
    /// They are left out, and `skipped` says which.
    case skip
  }

  private static func unknownEnding(_ path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    guard name.hasSuffix(".parquet") else { return "rename the file by what is in it" }
    return "convert it with Python: import pandas; pandas.read_parquet(\"\(name)\")"
      + ".to_json(\"\(name.dropLast(8)).jsonl\", orient=\"records\", lines=True)"
  }

  private static func lines(
    of path: String, _ onError: OnError
  ) throws(DataError) -> Dataset {
    let bytes = try StoredBytes.of(path)
    let found = try LineScan(bytes: bytes).run()
    let rows = IndexedRows(bytes, found.index)
    if onError == .fail, let first = found.broken.first {
      var fault = DataError(
        file: path, line: first.line, found: "a broken line", wanted: "one row a line")
      do throws(DataError) {
        _ = try rows.row(from: first.start, line: first.line)
      } catch {
        fault = error
      }
      if fault.remedy == nil {
        fault.remedy = remedy(skipping: found.broken.map(\.line), of: path)
      }
      throw fault
    }
    let skipped = found.broken.map(\.line)
    guard bytes.count <= StoredBytes.inMemory else {
      return Dataset(rows: rows, columns: found.columns.names, name: path, skipped: skipped)
    }
    var list = ListRows()
    for place in 0..<rows.count {
      list.rows.append(try rows.row(place))
      list.lines.append(found.index.line(of: place))
    }
    return Dataset(rows: list, columns: found.columns.names, name: path, skipped: skipped)
  }

  private static func remedy(skipping lines: [Int], of path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let shown = lines.prefix(5).map(String.init).joined(separator: ", ")
    let which =
      lines.count == 1
      ? "this line"
      : "all \(lines.count) broken lines (\(shown)\(lines.count > 5 ? ", …" : ""))"
    return "Dataset(\"\(name)\", on_error: \"skip\") leaves out \(which)"
  }

  private static func json(_ path: String, _ onError: OnError) throws(DataError) -> Dataset {
    switch try JSON.read(path) {
    case .array(let values) where onError == .skip:
      let skipped = values.indices.filter { row(values[$0]) == nil }.map { $0 + 1 }
      return Dataset(ListRows(rows: values.compactMap(row)), name: path, skipped: skipped)
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
