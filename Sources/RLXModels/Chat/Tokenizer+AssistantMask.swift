extension Tokenizer {
  /// For each id of a conversation whether it is, in part at least, of what the assistant said.
  ///
  /// Nil where the ids do not spell the text byte by byte, because a normalizer changed it: then no
  /// place in the text can be told.
  package func assistantMask(_ chat: ChatText, _ ids: [Int32]) -> [Bool]? {
    let ends = textEnds(ids)
    guard ends.last ?? 0 == chat.text.utf8.count,
      decode(bytes: ids).elementsEqual(chat.text.utf8)
    else { return nil }
    var start = 0
    return ends.map { end in
      defer { start = end }
      return chat.generated.contains { $0.lowerBound < end && start < $0.upperBound }
    }
  }

  /// Where in the text of ids each of them ends, in bytes; ids that share a character end with it.
  func textEnds(_ ids: [Int32]) -> [Int] {
    var decoder = IncrementalDecoder(self, after: [])
    var ends: [Int] = []
    for id in ids {
      decoder.append(id)
      ends.append(
        Self.isHalf(decoder.tail) ? -1 : decoder.text.count + decoder.tail.count)
    }
    // Parts of a character end where it does.
    var next = decoder.text.count + decoder.tail.count
    for place in ends.indices.reversed() {
      if ends[place] < 0 { ends[place] = next } else { next = ends[place] }
    }
    return ends
  }

  /// Whether a tail ends with what stands for bytes that spell no character.
  private static func isHalf(_ tail: [UInt8]) -> Bool { tail.suffix(3) == [0xEF, 0xBF, 0xBD] }
}
