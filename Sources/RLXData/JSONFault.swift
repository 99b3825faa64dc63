/// The first thing wrong in a JSON text.
struct JSONFault: Equatable {
  /// Bytes before it.
  var offset: Int
  var found: String
  var wanted: String

  /// This fault as an error with line and byte.
  func error(in bytes: UnsafeRawBufferPointer, file: String?, firstLine: Int) -> DataError {
    var line = firstLine
    var lineStart = 0
    for place in 0..<min(offset, bytes.count) where bytes[place] == 0x0A {
      line += 1
      lineStart = place + 1
    }
    return DataError(
      file: file, line: line, column: offset - lineStart + 1, found: found, wanted: wanted)
  }
}

extension JSONFault {
  /// A strict JSON checker that knows where it is: run only on texts simdjson has refused.
  struct Scanner {
    let bytes: UnsafeRawBufferPointer
    var place = 0
    /// The closing bracket of each open array or object.
    private var open: [UInt8] = []

    private enum Wanted { case value, valueOrEnd, key, keyOrEnd, colon, commaOrEnd, nothing }

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The first fault, nil if the text is one valid JSON value.
    mutating func firstFault(maxDepth: Int) -> JSONFault? {
      var wanted = Wanted.value
      while true {
        skipSpace()
        guard place < bytes.count else {
          return wanted == .nothing ? nil : fault("the end of the text", prose(wanted))
        }
        let byte = bytes[place]
        switch wanted {
        case .nothing: return fault(character(), "the end of the text")
        case .colon:
          guard byte == UInt8(ascii: ":") else { return fault(character(), prose(wanted)) }
          place += 1
          wanted = .value
        case .commaOrEnd:
          if byte == UInt8(ascii: ",") {
            place += 1
            wanted = open.last == UInt8(ascii: "}") ? .key : .value
          } else if byte == open.last {
            wanted = close()
          } else {
            return fault(character(), prose(wanted))
          }
        case .key, .keyOrEnd:
          if wanted == .keyOrEnd, byte == UInt8(ascii: "}") {
            wanted = close()
          } else if byte == UInt8(ascii: "\"") {
            if let fault = string() { return fault }
            wanted = .colon
          } else {
            return fault(character(), prose(wanted))
          }
        case .value, .valueOrEnd:
          if wanted == .valueOrEnd, byte == UInt8(ascii: "]") {
            wanted = close()
            continue
          }
          if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
            guard open.count < maxDepth else {
              return fault("a value \(maxDepth + 1) levels deep", "at most \(maxDepth) levels")
            }
            let isObject = byte == UInt8(ascii: "{")
            open.append(UInt8(ascii: isObject ? "}" : "]"))
            place += 1
            wanted = isObject ? .keyOrEnd : .valueOrEnd
          } else {
            if let fault = scalar(prose(wanted)) { return fault }
            wanted = open.isEmpty ? .nothing : .commaOrEnd
          }
        }
      }
    }

    private mutating func close() -> Wanted {
      open.removeLast()
      place += 1
      return open.isEmpty ? .nothing : .commaOrEnd
    }

    private func prose(_ wanted: Wanted) -> String {
      switch wanted {
      case .value: "a value"
      case .valueOrEnd: "a value or ]"
      case .key: "a key in double quotes"
      case .keyOrEnd: "a key in double quotes or }"
      case .colon: ": after the key"
      case .commaOrEnd: open.last == UInt8(ascii: "}") ? ", or }" : ", or ]"
      case .nothing: "the end of the text"
      }
    }

    private mutating func skipSpace() {
      while place < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[place]) { place += 1 }
    }

    private func fault(_ found: String, _ wanted: String, at offset: Int? = nil) -> JSONFault {
      JSONFault(offset: offset ?? place, found: found, wanted: wanted)
    }

    /// The character here, for a message.
    private func character() -> String {
      guard place < bytes.count else { return "the end of the text" }
      let width = UTF8Check.width(bytes, at: place)
      guard width > 0, bytes[place] >= 0x20, bytes[place] != 0x7F else {
        return "byte 0x" + String(bytes[place], radix: 16, uppercase: true)
      }
      return "`\(String(decoding: bytes[place..<place + width], as: UTF8.self))`"
    }
  }
}

// MARK: - Scalars

extension JSONFault.Scanner {
  private mutating func scalar(_ wanted: String) -> JSONFault? {
    switch bytes[place] {
    case UInt8(ascii: "\""): return string()
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return number()
    default:
      for word in ["true", "false", "null"] where matches(word) {
        place += word.utf8.count
        return nil
      }
      let letters = bytes[place...].prefix(12).prefix { isLetter($0) }
      if letters.isEmpty { return fault(character(), wanted) }
      return fault("`\(String(decoding: letters, as: UTF8.self))`", wanted)
    }
  }

  private func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private func matches(_ word: String) -> Bool {
    bytes.count - place >= word.utf8.count && bytes[place...].starts(with: word.utf8)
  }

  private mutating func digits() -> Int {
    let start = place
    while place < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[place]) {
      place += 1
    }
    return place - start
  }

  private mutating func number() -> JSONFault? {
    let start = place
    if bytes[place] == UInt8(ascii: "-") { place += 1 }
    let leading = place
    let whole = digits()
    if whole == 0 { return fault(character(), "a digit") }
    if whole > 1, bytes[leading] == UInt8(ascii: "0") {
      return fault("a number that begins with 0", "a number without leading zeros", at: leading)
    }
    if place < bytes.count, bytes[place] == UInt8(ascii: ".") {
      place += 1
      if digits() == 0 { return fault(character(), "a digit after the point") }
    }
    if place < bytes.count, bytes[place] | 0x20 == UInt8(ascii: "e") {
      place += 1
      if place < bytes.count, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(bytes[place]) {
        place += 1
      }
      if digits() == 0 { return fault(character(), "a digit of the exponent") }
    }
    let text = String(decoding: bytes[start..<place], as: UTF8.self)
    guard let value = Double(text), value.isFinite else {
      return fault("the number \(text.prefix(24))", "a number that fits a double", at: start)
    }
    return nil
  }

  private mutating func string() -> JSONFault? {
    let start = place
    place += 1
    while place < bytes.count {
      let byte = bytes[place]
      switch byte {
      case UInt8(ascii: "\""):
        place += 1
        return nil
      case UInt8(ascii: "\\"):
        if let fault = escape() { return fault }
      case 0..<0x20:
        return fault(
          "byte 0x\(String(byte, radix: 16)) in a string", "control characters escaped (\\n, \\t)")
      default:
        let width = UTF8Check.width(bytes, at: place)
        if width == 0 {
          return fault("byte 0x\(String(byte, radix: 16, uppercase: true))", "valid UTF-8")
        }
        place += width
      }
    }
    return fault("the end of the text in a string", "a closing \"", at: start)
  }

  private mutating func escape() -> JSONFault? {
    let start = place
    guard place + 1 < bytes.count else {
      place = bytes.count
      return nil  // the string does not end, which is said there
    }
    if bytes[place + 1] != UInt8(ascii: "u") {
      guard #""\/bfnrt"#.utf8.contains(bytes[place + 1]) else {
        place += 1
        return fault("\\ before \(character())", #"one of \" \\ \/ \b \f \n \r \t \u"#, at: start)
      }
      place += 2
      return nil
    }
    guard let first = hex(at: place + 2) else {
      return fault("\\u without four hexadecimal digits", "\\u0000 to \\uFFFF", at: start)
    }
    place += 6
    guard (0xD800...0xDFFF).contains(first) else { return nil }
    if first < 0xDC00, place + 1 < bytes.count, bytes[place] == UInt8(ascii: "\\"),
      bytes[place + 1] == UInt8(ascii: "u"), let second = hex(at: place + 2),
      (0xDC00...0xDFFF).contains(second)
    {
      place += 6
      return nil
    }
    return fault(
      "the lone surrogate \\u\(String(first, radix: 16))", "surrogates in pairs", at: start)
  }

  private func hex(at start: Int) -> Int? {
    guard start + 4 <= bytes.count else { return nil }
    var value = 0
    for byte in bytes[start..<start + 4] {
      guard let digit = Character(UnicodeScalar(byte)).hexDigitValue else { return nil }
      value = value * 16 + digit
    }
    return value
  }
}
