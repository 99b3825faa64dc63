/// UTF-8 by the table of well-formed sequences (Unicode standard, table 3-7).
enum UTF8Check {
  /// The bytes of the scalar that begins at `place`, 0 if none well-formed does.
  static func width(_ bytes: UnsafeRawBufferPointer, at place: Int) -> Int {
    let first = bytes[place]
    let width: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch first {
    case 0..<0x80: return 1
    case 0xC2...0xDF: width = 2
    case 0xE0: (width, second) = (3, 0xA0...0xBF)
    case 0xED: (width, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: width = 3
    case 0xF0: (width, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: width = 4
    case 0xF4: (width, second) = (4, 0x80...0x8F)
    default: return 0
    }
    guard place + width <= bytes.count, second.contains(bytes[place + 1]) else { return 0 }
    for next in (place + 2)..<max(place + 2, place + width) {
      guard (0x80...0xBF).contains(bytes[next]) else { return 0 }
    }
    return width
  }

  /// The offset of the first byte that is not UTF-8, nil if all are.
  static func firstInvalid(_ bytes: UnsafeRawBufferPointer) -> Int? {
    var place = 0
    while place < bytes.count {
      let width = width(bytes, at: place)
      if width == 0 { return place }
      place += width
    }
    return nil
  }

  /// The text of `bytes`, an error that names the line if they are not UTF-8.
  static func text(_ bytes: UnsafeRawBufferPointer, file: String?, firstLine: Int = 1)
    throws(DataError) -> String
  {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    let place = firstInvalid(bytes) ?? 0
    let byte = String(bytes[place], radix: 16, uppercase: true)
    throw JSONFault(offset: place, found: "byte 0x\(byte)", wanted: "valid UTF-8")
      .error(in: bytes, file: file, firstLine: firstLine)
  }
}
