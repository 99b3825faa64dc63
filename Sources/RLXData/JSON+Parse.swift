extension JSON {
  /// The one value in `bytes`: RFC 8259, strictly; a byte order mark is skipped.
  ///
  /// Of equal keys the last value stands; integers beyond 64 bits become doubles. Errors (among
  /// them invalid UTF-8, lone surrogates, more than 1,024 levels, numbers beyond a double) name
  /// line and byte, in `file` if given, counted from `firstLine`.
  package static func parse(
    _ bytes: UnsafeRawBufferPointer, file: String? = nil, firstLine: Int = 1
  ) throws(DataError) -> JSON {
    try JSONParser().parse(bytes, file: file, firstLine: firstLine)
  }

  package static func parse(_ bytes: [UInt8], file: String? = nil, firstLine: Int = 1)
    throws(DataError) -> JSON
  {
    try bytes.withUnsafeBytes { buffer in
      Result { () throws(DataError) in try parse(buffer, file: file, firstLine: firstLine) }
    }.get()
  }

  package static func parse(_ text: String, file: String? = nil) throws(DataError) -> JSON {
    try parse(Array(text.utf8), file: file)
  }

  /// The value in a file, a .gz of it too.
  package static func read(_ path: String) throws(DataError) -> JSON {
    try parse(try InputFile.contents(of: path), file: path)
  }
}
