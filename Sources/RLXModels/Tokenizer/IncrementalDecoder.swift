/// The text of a growing answer, token by token.
///
/// `text` is what no later token can change; `tail` is what the byte tokens at the end spell for
/// now: half a character until its last byte has come.
package struct IncrementalDecoder {
  private let tokenizer: Tokenizer
  /// The tokens from the last one that settles the text of those behind it.
  private var context: [Int32]
  /// How much of the text of `context` is in `text` or belongs to the prompt.
  private var settled: [UInt8]
  package private(set) var text: [UInt8] = []
  package private(set) var tail: [UInt8] = []

  package init(_ tokenizer: Tokenizer, after prompt: [Int32]) {
    self.tokenizer = tokenizer
    context = Array(prompt.suffix(from: tokenizer.contextStart(of: prompt)))
    settled = tokenizer.decode(bytes: context)
  }

  package mutating func append(_ id: Int32) {
    context.append(id)
    let now = tokenizer.decode(bytes: context)
    let added = ByteText.remainder(of: now, after: settled)
    guard !tokenizer.isByte(id) else {
      tail = Array(added)
      return
    }
    text += added
    tail = []
    let start = tokenizer.contextStart(of: context)
    context = Array(context[start...])
    settled = start == 0 ? now : tokenizer.decode(bytes: context)
  }
}
