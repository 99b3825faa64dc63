/// The tokens of a byte-level vocabulary by the bytes they spell.
struct ByteWords: Sendable {
  /// The tokens that their own bytes encode to, by these bytes: most words of a text are found here
  /// with one look and need no merging.
  let whole: Vocabulary
  /// The token of each byte, -1 where the vocabulary lacks one.
  let tokens: [Int32]
  let isComplete: Bool

  init(_ encoder: BytePairEncoder) {
    let vocabulary = encoder.vocabulary
    tokens = ByteAlphabet.characters.map { vocabulary.id(of: $0) ?? -1 }
    isComplete = !tokens.contains(-1)
    var whole = Vocabulary(capacity: vocabulary.count)
    var ids: [Int32] = []
    for id in 0..<Int32(vocabulary.count) {
      guard let token = vocabulary.bytes(of: id), let bytes = ByteAlphabet.bytes(of: token),
        !bytes.isEmpty
      else { continue }
      ids.removeAll(keepingCapacity: true)
      encoder.encode(spelled: token, into: &ids)
      if ids == [id] { _ = whole.insert(bytes, id: id) }
    }
    self.whole = whole
  }
}
