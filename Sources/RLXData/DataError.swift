/// What is wrong with a file or a row: where, what was found, what was wanted, what to try.
package struct DataError: Error, Sendable {
  package var file: String?
  /// 1-based line in `file`; nil where a place says nothing, as for a missing file.
  package var line: Int?
  /// 1-based byte within the line.
  package var column: Int?
  package var found: String
  package var wanted: String
  package var remedy: String?
  /// True when the file is not there (exit code 66, where others are 1).
  package var isMissing: Bool
  /// What a function that makes rows threw, which this error only carries.
  package var carried: (any Error)?

  package init(
    file: String? = nil, line: Int? = nil, column: Int? = nil, found: String, wanted: String,
    remedy: String? = nil, isMissing: Bool = false
  ) {
    self.file = file
    self.line = line
    self.column = column
    self.found = found
    self.wanted = wanted
    self.remedy = remedy
    self.isMissing = isMissing
  }
}

extension DataError: Equatable {
  /// By what they say.
  package static func == (left: DataError, right: DataError) -> Bool {
    left.description == right.description && left.remedy == right.remedy
      && left.isMissing == right.isMissing && left.file == right.file && left.line == right.line
      && left.column == right.column
  }
}

extension DataError: CustomStringConvertible {
  /// "file:3:14: expected …, found …", one line, without the remedy.
  package var description: String {
    var place = file ?? ""
    if let line { place += place.isEmpty ? "line \(line)" : ":\(line)" }
    if let column, line != nil { place += ":\(column)" }
    let text = "expected \(wanted), found \(found)"
    return place.isEmpty ? text : "\(place): \(text)"
  }
}
