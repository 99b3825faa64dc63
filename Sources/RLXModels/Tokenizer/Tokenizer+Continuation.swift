/// One text after another, which is not the same as two texts: a tokenizer may put a space in front
/// of any text, and tokens may straddle the seam.
extension Tokenizer {
  /// The ids of `response` as the continuation of `prompt`: without special tokens around it, and
  /// without a dummy space in front.
  ///
  /// They are the ids of prompt + response after those of the prompt. Where the prompt's ids do not
  /// begin those of the whole (a token straddles the seam), or where nothing of the prompt is in
  /// front (an empty prompt, or one that ends with a mark such as `<s>`, after which a tokenizer
  /// begins anew), the response is encoded on its own, still without a dummy space. Either way the
  /// prompt keeps its own ids, and both decode together to prompt + response, as far as the
  /// tokenizer can spell them.
  package func encodeContinuation(prompt: String, response: String) -> [Int32] {
    let alone = encode(prompt, special: false)
    return continuation(
      alone, of: { encode(bytes: Array(prompt.utf8) + Array(response.utf8), dummy: true) })
      ?? encode(bytes: Array(response.utf8), dummy: false)
  }

  /// `encodeContinuation`, or an error where a pattern of the file goes back and forth for ever.
  package func encodedContinuation(prompt: String, response: String) throws(ModelError) -> [Int32] {
    let alone = try encoded(prompt, special: false)
    let whole = try encoded(bytes: Array(prompt.utf8) + Array(response.utf8), dummy: true)
    if let ids = continuation(alone, of: { whole }) { return ids }
    return try encoded(bytes: Array(response.utf8), dummy: false)
  }

  /// What follows the ids of a prompt in those of the whole; nil where nothing of the prompt is in
  /// front or its ids do not begin the whole's.
  private func continuation(_ prompt: [Int32], of whole: () -> [Int32]) -> [Int32]? {
    guard let last = prompt.last, !added.tokens.contains(where: { $0.id == last }) else {
      return nil
    }
    let ids = whole()
    return ids.starts(with: prompt) ? Array(ids.dropFirst(prompt.count)) : nil
  }

  /// What `answer` adds to the text of `prompt`: decode(prompt + answer) − decode(prompt).
  ///
  /// Where the prompt ends within a character that the answer completes, that character is part of
  /// the answer's text.
  package func decodeContinuation(prompt: [Int32], _ answer: [Int32]) -> String {
    String(decoding: decodeContinuation(bytes: prompt, answer), as: UTF8.self)
  }

  func decodeContinuation(bytes prompt: [Int32], _ answer: [Int32]) -> ArraySlice<UInt8> {
    // What comes before the last token whose text is its own cannot depend on the answer.
    let context = prompt.suffix(from: contextStart(of: prompt))
    return ByteText.remainder(
      of: decode(bytes: Array(context) + answer), after: decode(bytes: context))
  }

  /// Where the shortest end of `ids` begins that settles the text of what follows: at its last
  /// token that has a text of its own and is not one of a run of byte tokens.
  func contextStart(of ids: [Int32]) -> Int {
    ids.lastIndex { id in
      !isByte(id) && !added.isSpecial(id) && model.vocabulary.bytes(of: id) != nil
    } ?? 0
  }

  func isByte(_ id: Int32) -> Bool {
    id >= 0 && Int(id) < isByteToken.count && isByteToken[Int(id)]
  }
}
