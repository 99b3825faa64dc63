extension Dataset {
  /// Writes the rows to a .jsonl, .json or .csv file, or .gz of one, whole or not at all.
  ///
  /// In .csv, which knows only strings, a missing value and null are empty, lists and objects
  /// their JSON.
  package func save(to path: String) throws(DataError) {
    let bytes: [UInt8]
    switch Format.of(path) {
    case .jsonl, .ndjson: bytes = try jsonLines(separator: "\n", around: ("", "\n"))
    case .json: bytes = try jsonLines(separator: ",\n", around: ("[\n", "\n]\n"))
    case .csv: bytes = try csv()
    case .txt, nil:
      throw DataError(
        file: path, found: "a name with another ending", wanted: ".jsonl, .json or .csv",
        remedy: "save(\"rows.jsonl\") keeps every value as it is")
    }
    try writeAtomically(InputFile.isGzip(path) ? try gzip(bytes, path: path) : bytes, to: path)
  }

  private func jsonLines(separator: String, around: (open: String, close: String))
    throws(DataError) -> [UInt8]
  {
    var out = Array(around.open.utf8)
    for place in 0..<count {
      if place > 0 { out += separator.utf8 }
      do {
        try row(place).serialize(into: &out)
      } catch let fault as NotFiniteError {
        throw error(
          at: place, found: "\(fault.value) at \(fault.path)", wanted: "numbers JSON can write")
      } catch let fault as DataError {
        throw fault
      } catch {
        preconditionFailure("a row throws nothing else")
      }
    }
    if count > 0 || !around.open.isEmpty { out += around.close.utf8 }
    return out
  }

  private func csv() throws(DataError) -> [UInt8] {
    var out: [UInt8] = []
    func line(_ fields: [String]) {
      // One empty field alone would be a line without anything, which readers skip.
      let text = fields.map(Self.quoted).joined(separator: ",")
      out += (text.isEmpty ? "\"\"" : text).utf8
      out.append(0x0A)
    }
    guard !columns.isEmpty else {
      throw DataError(
        found: "a dataset without columns", wanted: "a header for .csv",
        remedy: "save(\"rows.jsonl\") needs none")
    }
    line(columns)
    for place in 0..<count {
      let row = try row(place)
      var fields: [String] = []
      for column in columns {
        do {
          fields.append(try Self.field(row[column] ?? .null))
        } catch {
          throw self.error(
            at: place, found: "\(error.value) at .\(column)\(error.path)",
            wanted: "numbers JSON can write")
        }
      }
      line(fields)
    }
    return out
  }

  private static func field(_ value: JSON) throws(NotFiniteError) -> String {
    switch value {
    case .null: ""
    case .string(let text): text
    case .bool, .int, .double, .array, .object: try value.serialized()
    }
  }

  private static func quoted(_ text: String) -> String {
    // A byte order mark at the head of a file would not be read as text.
    let special =
      text.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
      || text.utf8.starts(with: [0xEF, 0xBB, 0xBF])
    guard special else { return text }
    return "\""
      + text.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"") + "\""
  }
}
