/// A text to be read as a program, with what is needed to say where in it something stands.
package final class Source: Sendable {
  /// The name shown in errors: a file as it was given, or `<prompt>`.
  package let name: String
  /// What identifies the file for `use`, which reads each file once; nil for text that is no file.
  package let path: String?
  package let text: String
  package let bytes: [UInt8]
  private let lineStarts: [Int]

  package init(_ text: String, name: String, path: String? = nil) {
    self.name = name
    self.path = path
    self.text = text
    bytes = Array(text.utf8)
    var starts = [0]
    for (offset, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
      starts.append(offset + 1)
    }
    lineStarts = starts
  }

  /// The 1-based number of the line that holds the byte at `offset`.
  package func lineNumber(at offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low + 1
  }

  /// The 1-based column of the byte at `offset`, counted in Unicode scalars.
  package func column(at offset: Int) -> Int {
    string(from: lineStarts[lineNumber(at: offset) - 1], to: offset).unicodeScalars.count + 1
  }

  /// The bytes of line `number` (1-based), without its newline.
  package func lineRange(_ number: Int) -> Range<Int> {
    let start = lineStarts[number - 1]
    var end = number < lineStarts.count ? lineStarts[number] - 1 : bytes.count
    if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return start..<max(start, end)
  }

  /// The text from byte `from` up to byte `to`; both are clipped to the text.
  package func string(from: Int, to: Int) -> String {
    let low = min(max(from, 0), bytes.count)
    let high = min(max(to, low), bytes.count)
    return String(decoding: bytes[low..<high], as: UTF8.self)
  }

  package func string(in span: Span) -> String { string(from: span.start, to: span.end) }
}

/// A stretch of a source, in bytes: `end` is the first byte after it.
package struct Span: Equatable, Sendable {
  package var start: Int
  package var end: Int

  package init(_ start: Int, _ end: Int) {
    self.start = start
    self.end = end
  }

  /// The smallest span that holds both.
  package func joined(_ other: Span) -> Span { Span(min(start, other.start), max(end, other.end)) }
}

/// A span together with the source it lies in.
package struct Place: CustomStringConvertible, Sendable {
  package let source: Source
  package let span: Span

  package init(_ source: Source, _ span: Span) {
    self.source = source
    self.span = span
  }

  package var line: Int { source.lineNumber(at: span.start) }
  package var column: Int { source.column(at: span.start) }

  /// `tour.rlx:14:40`
  package var description: String { "\(source.name):\(line):\(column)" }
}
