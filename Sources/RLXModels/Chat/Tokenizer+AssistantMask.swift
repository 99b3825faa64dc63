extension Tokenizer {
  /// For each id of a conversation whether it is, in part at least, of what the assistant said.
  ///
  /// Nil where the ids do not spell the text but for white space, because a normalizer changed it:
  /// then no place in the text can be told.
  package func assistantMask(_ chat: ChatText, _ ids: [Int32]) -> [Bool]? {
    let (spelled, ends) = spelledText(ids)
    guard let places = Self.places(of: spelled, in: Array(chat.text.utf8)) else { return nil }
    var start = 0
    return ends.map { end in
      defer { start = end }
      let (low, high) = (places[start], places[end])
      return chat.generated.contains { $0.lowerBound < high && low < $0.upperBound }
    }
  }

  /// The text that ids spell, and where in it each of them ends; ids that share a character end with
  /// it.
  func spelledText(_ ids: [Int32]) -> (text: [UInt8], ends: [Int]) {
    var decoder = IncrementalDecoder(self, after: [])
    var ends: [Int] = []
    for id in ids {
      decoder.append(id)
      ends.append(
        Self.isHalf(decoder.tail) ? -1 : decoder.text.count + decoder.tail.count)
    }
    let text = decoder.text + decoder.tail
    // Parts of a character end where it does.
    var next = text.count
    for place in ends.indices.reversed() {
      if ends[place] < 0 { ends[place] = next } else { next = ends[place] }
    }
    return (text, ends)
  }

  /// Whether a tail ends with what stands for bytes that spell no character.
  private static func isHalf(_ tail: [UInt8]) -> Bool { tail.suffix(3) == [0xEF, 0xBF, 0xBD] }

  /// Where each byte of `spelled`, and its end, stands in `text`: a space that a tokenizer put in front
  /// has no room there, and white space that a mark took along is passed over. Nil if they differ in
  /// more than that.
  private static func places(of spelled: [UInt8], in text: [UInt8]) -> [Int]? {
    let space = UInt8(ascii: " ")
    var places: [Int] = []
    places.reserveCapacity(spelled.count + 1)
    var at = 0
    for byte in spelled {
      while at < text.count, text[at] != byte, byte != space, isSpace(text[at]) { at += 1 }
      places.append(at)
      if at < text.count, text[at] == byte {
        at += 1
      } else if byte != space {
        return nil
      }
    }
    guard text[at...].allSatisfy(isSpace) else { return nil }
    return places + [at]
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }
}
