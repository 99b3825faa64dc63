/// Comma-separated values by RFC 4180: a header, fields in double quotes where they hold commas,
/// quotes (doubled) or line ends; lines end with CRLF, LF or CR.
///
/// Stricter than some: a quote inside an unquoted field and records of another length than the
/// header's are errors, because guessing shifts columns. Lines without anything are skipped.
struct CSVReader {
  private let bytes: UnsafeRawBufferPointer
  private let path: String
  private var place = 0
  private var line = 1

  /// The rows of a file, all values strings.
  static func rows(of path: String, skipped: inout [Int], _ onError: Dataset.OnError = .fail)
    throws(DataError) -> (header: [String], rows: ListRows)
  {
    let contents = try InputFile.contents(of: path)
    return try contents.withUnsafeBytes { bytes in
      Result { () throws(DataError) in
        let body = bytes.hasUTF8Mark ? UnsafeRawBufferPointer(rebasing: bytes.dropFirst(3)) : bytes
        if let offset = UTF8Check.firstInvalid(body) {
          let byte = String(body[offset], radix: 16, uppercase: true)
          throw JSONFault(offset: offset, found: "byte 0x\(byte)", wanted: "valid UTF-8")
            .error(in: body, file: path, firstLine: 1)
        }
        var reader = CSVReader(bytes: body, path: path)
        return try reader.rows(&skipped, onError)
      }
    }.get()
  }

  private init(bytes: UnsafeRawBufferPointer, path: String) {
    self.bytes = bytes
    self.path = path
  }

  private mutating func rows(_ skipped: inout [Int], _ onError: Dataset.OnError)
    throws(DataError) -> (header: [String], rows: ListRows)
  {
    var list = ListRows()
    guard let (headerLine, header) = try record() else {
      throw DataError(
        file: path, found: "an empty file", wanted: "a header with the columns' names")
    }
    var known = JSONObject()
    for name in header {
      guard !name.isEmpty, !known.contains(name) else {
        throw DataError(
          file: path, line: headerLine,
          found: name.isEmpty ? "a column without a name" : "the column `\(name)` twice",
          wanted: "a header with a name of its own for each column")
      }
      known[name] = .null
    }
    while true {
      let (start, number) = (place, line)
      do throws(DataError) {
        guard let (line, row) = try row(header) else { return (header, list) }
        list.rows.append(row)
        list.lines.append(line)
      } catch {
        guard onError == .skip else { throw error }
        // A record that cannot be read ends with the line on which it begins.
        (place, line) = (start, number)
        while skipLineEnd() {}
        skipped.append(line)
        while place < bytes.count, bytes[place] != 0x0A, bytes[place] != 0x0D { place += 1 }
      }
    }
  }

  private mutating func row(_ header: [String]) throws(DataError) -> (Int, Row)? {
    guard let (line, fields) = try record() else { return nil }
    guard fields.count == header.count else {
      throw DataError(
        file: path, line: line, found: fields.count == 1 ? "1 value" : "\(fields.count) values",
        wanted: "\(header.count), one for each column of the header",
        remedy: "put values with commas or line ends in double quotes")
    }
    return (line, Row(zip(header, fields).lazy.map { (key: $0, value: .string($1)) }))
  }

  /// The next record with anything in it and the line it begins on; nil at the end.
  private mutating func record() throws(DataError) -> (Int, [String])? {
    while place < bytes.count, skipLineEnd() {}
    guard place < bytes.count else { return nil }
    let first = line
    var fields: [String] = []
    while true {
      fields.append(try field())
      guard place < bytes.count else { return (first, fields) }
      if bytes[place] == UInt8(ascii: ",") {
        place += 1
      } else {
        _ = skipLineEnd()
        return (first, fields)
      }
    }
  }

  /// Steps over one line end, if one is here.
  private mutating func skipLineEnd() -> Bool {
    guard place < bytes.count, bytes[place] == 0x0A || bytes[place] == 0x0D else { return false }
    if bytes[place] == 0x0D, place + 1 < bytes.count, bytes[place + 1] == 0x0A { place += 1 }
    place += 1
    line += 1
    return true
  }

  /// A field, ended before a comma, a line end or the end of the file.
  private mutating func field() throws(DataError) -> String {
    guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else { return try plainField() }
    let opened = line
    place += 1
    var value: [UInt8] = []
    while place < bytes.count {
      let byte = bytes[place]
      if byte == UInt8(ascii: "\"") {
        place += 1
        guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else {
          if place < bytes.count, ![0x2C, 0x0A, 0x0D].contains(bytes[place]) {
            throw fault("text after a closing quote", "a comma or the end of the line")
          }
          return String(decoding: value, as: UTF8.self)
        }
      } else if byte == 0x0A || (byte == 0x0D && !isLineFeed(place + 1)) {
        line += 1
      }
      value.append(byte)
      place += 1
    }
    line = opened
    throw fault("the end of the file in a quoted value that begins here", "a closing quote")
  }

  private func isLineFeed(_ place: Int) -> Bool { place < bytes.count && bytes[place] == 0x0A }

  private mutating func plainField() throws(DataError) -> String {
    let start = place
    while place < bytes.count, ![0x2C, 0x0A, 0x0D].contains(bytes[place]) {
      if bytes[place] == UInt8(ascii: "\"") {
        throw fault(
          "a quote within a value that does not begin with one", "a value in double quotes")
      }
      place += 1
    }
    return String(decoding: bytes[start..<place], as: UTF8.self)
  }

  private func fault(_ found: String, _ wanted: String) -> DataError {
    DataError(
      file: path, line: line, found: found, wanted: wanted,
      remedy: #"write a value with quotes as "He said ""yes"".""#)
  }
}
