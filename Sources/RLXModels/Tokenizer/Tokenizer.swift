/// Text to ids and back, as a tokenizer.json says.
///
/// Only what tokenizer.json names and this file knows is done; a component it does not know is an
/// error at loading. Truncation and padding settings of the file are not followed, as transformers
/// does not follow them unless asked: nothing is truncated silently, and batches are packed.
package final class Tokenizer: Sendable {
  /// The bytes of the files it came from, to be saved again as they are.
  package let files: [(name: String, bytes: [UInt8])]
  /// The special tokens that begin and end a text and fill a batch, where the files name them.
  package let beginning: Int32?
  package let end: Int32?
  package let padding: Int32?
  let special: SpecialTokens
  let templates: ChatTemplates

  let model: BytePairEncoder
  let added: AddedTokens
  let normalizer: Normalizer?
  let preTokenizer: PreTokenizer?
  let decoder: TokenDecoder?
  /// The special tokens put around a text.
  let before: [Int32]
  let after: [Int32]
  /// For each id whether it is a byte token, whose text depends on its neighbours.
  let isByteToken: [Bool]

  init(
    parts: TokenizerParts, special: SpecialTokens, templates: ChatTemplates = ChatTemplates(),
    files: [(name: String, bytes: [UInt8])]
  ) {
    self.files = files
    self.special = special
    self.templates = templates
    beginning = special.beginning
    end = special.end
    padding = special.padding
    model = parts.model
    added = parts.added
    normalizer = parts.normalizer
    preTokenizer = parts.preTokenizer
    decoder = parts.decoder
    before = parts.before
    after = parts.after
    isByteToken = (0..<parts.model.vocabulary.count).map { id in
      guard let bytes = parts.model.vocabulary.bytes(of: Int32(id)) else { return false }
      return parts.decoder?.isByte(bytes) ?? false
    }
  }

  /// One more than the largest id.
  package var vocabularySize: Int { model.vocabulary.count }

  /// The token of an id as it stands in the vocabulary, nil if there is none.
  package func token(_ id: Int32) -> String? {
    model.vocabulary.bytes(of: id).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The id of a token as it stands in the vocabulary, nil if there is none.
  package func id(of token: String) -> Int32? { model.vocabulary.id(of: token) }

  /// Whether an id is one of the special tokens, such as `<s>`.
  package func isSpecial(_ id: Int32) -> Bool { added.isSpecial(id) }

  /// The ids of a text, with the special tokens the file puts around a text if `special`.
  /// Marks that stand in the text itself, such as `</s>`, are always recognised.
  ///
  /// Where a pattern of the file gives up on a stretch of the text, that stretch is one piece;
  /// `encoded` throws then.
  package func encode(_ text: String, special: Bool = true) -> [Int32] {
    let ids = encode(bytes: Array(text.utf8), dummy: true)
    return special ? before + ids + after : ids
  }

  /// `encode`, or an error where a pattern of the file goes back and forth over the text for ever.
  package func encoded(_ text: String, special: Bool = true) throws(ModelError) -> [Int32] {
    let ids = try encoded(bytes: Array(text.utf8), dummy: true)
    return special ? before + ids + after : ids
  }

  /// The ids of a text between marks and across them; without `dummy` no space is put in front.
  func encode(bytes text: [UInt8], dummy: Bool) -> [Int32] {
    var ids: [Int32] = []
    encode(bytes: text, dummy: dummy, into: &ids) { stretch, ids in
      model.encode(stretch, into: &ids)
    }
    return ids
  }

  func encoded(bytes text: [UInt8], dummy: Bool) throws(ModelError) -> [Int32] {
    var ids: [Int32] = []
    var gaveUp = false
    encode(bytes: text, dummy: dummy, into: &ids) { _, _ in gaveUp = true }
    guard !gaveUp else {
      throw .setting(
        name: "the text",
        found: "one on which a pattern of tokenizer.json takes more than "
          + "\(TextPattern.matchLimit) steps", wanted: "a pattern that comes to an end")
    }
    return ids
  }

  /// `giveUp` gets the stretches on which a pattern gave up.
  private func encode(
    bytes text: [UInt8], dummy: Bool, into ids: inout [Int32],
    giveUp: (ArraySlice<UInt8>, inout [Int32]) -> Void
  ) {
    for part in added.split(raw: text) {
      switch part {
      case .mark(let id):
        ids.append(id)
      case .text(let range):
        let isFirst = range.lowerBound == 0
        let known = ids.count
        do {
          try encode(text[range], isFirst: isFirst, dummy: dummy || !isFirst, into: &ids)
        } catch {
          ids.removeSubrange(known...)
          giveUp(text[range], &ids)
        }
      }
    }
  }

  private func encode(
    _ text: ArraySlice<UInt8>, isFirst: Bool, dummy: Bool, into ids: inout [Int32]
  ) throws {
    let normalized = try normalizer?.apply(text, dummy: dummy) ?? Array(text)
    for part in added.split(normalized: normalized) {
      switch part {
      case .mark(let id):
        ids.append(id)
      case .text(let range):
        guard let preTokenizer else {
          model.encode(normalized[range], into: &ids)
          continue
        }
        let begins = isFirst && range.lowerBound == 0
        try preTokenizer.cut(
          normalized[range], isFirst: begins, dummy: dummy || range.lowerBound > 0
        ) { piece in
          model.encode(piece, into: &ids)
        }
      }
    }
  }

  /// A text as the normalizer leaves it.
  package func normalized(_ text: String) throws -> String {
    guard let normalizer, !text.isEmpty else { return text }
    return String(decoding: try normalizer.apply(Array(text.utf8)[...]), as: UTF8.self)
  }

  /// The pieces of a text that holds no mark, which no token straddles, as bytes.
  package func pieces(of text: String) throws -> [[UInt8]] {
    let bytes = Array(text.utf8)
    guard !bytes.isEmpty else { return [] }
    let normalized = try normalizer?.apply(bytes[...]) ?? bytes
    guard let preTokenizer else { return [normalized] }
    var pieces: [[UInt8]] = []
    try preTokenizer.cut(normalized[...], isFirst: true, dummy: true) { pieces.append(Array($0)) }
    return pieces
  }

  /// The text of ids. Special tokens stay, unless `skipSpecial`; an id without a token has no text,
  /// as with Hugging Face tokenizers; byte tokens that spell no character become U+FFFD each.
  package func decode(_ ids: some Sequence<Int32>, skipSpecial: Bool = false) -> String {
    String(decoding: decode(bytes: ids, skipSpecial: skipSpecial), as: UTF8.self)
  }

  func decode(bytes ids: some Sequence<Int32>, skipSpecial: Bool = false) -> [UInt8] {
    let tokens = ids.compactMap { id -> [UInt8]? in
      if skipSpecial && added.isSpecial(id) { return nil }
      return added.normalizedForm(of: id) ?? model.vocabulary.bytes(of: id).map { Array($0) }
    }
    return decoder?.decode(tokens) ?? Array(tokens.joined(separator: [UInt8(ascii: " ")]))
  }
}
