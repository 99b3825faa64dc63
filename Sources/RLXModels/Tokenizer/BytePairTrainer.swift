/// Byte-pair encoding learned from words and how often they occur (Sennrich et al., 2016): again and
/// again, the pair of neighbouring tokens that occurs most often becomes a token.
///
/// It makes the merges of Hugging Face's BpeTrainer: of pairs that occur equally often, the one with
/// the smaller left id comes first, then the one with the smaller right id. The counts of pairs are
/// kept, and a merge visits only the words that hold its pair.
struct BytePairTrainer {
  /// The tokens so far, spelled in `ByteAlphabet`: special tokens, the alphabet, then the merges.
  private(set) var vocabulary: Vocabulary
  /// The merges in their order. A pair may occur twice, where its token could be built in another way
  /// before; the later place is the one that counts.
  private(set) var merges: [Pair] = []

  struct Pair: Hashable {
    let left: Int32
    let right: Int32

    /// Compares as the pairs do: by left, then right.
    fileprivate var key: UInt64 {
      UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }
  }

  /// A word as the tokens it consists of now: a stretch of `symbols`, which gets shorter.
  private struct Word {
    let start: Int
    var length: Int
    let count: Int
  }

  /// How often a pair occurs, and which words may hold occurrences not yet in the queue.
  private struct PairCount {
    var count = 0
    var fresh: [Int32] = []

    /// True for the first new occurrence.
    mutating func change(by amount: Int, in word: Int32) -> Bool {
      count += amount
      // Words come one after the other, so the last one is the only one that can be there already.
      guard amount > 0, fresh.last != word else { return false }
      fresh.append(word)
      return fresh.count == 1
    }
  }

  /// A pair as it was when it was put into the queue.
  private struct Candidate: Comparable {
    var count: Int
    let pair: Pair
    let words: [Int32]

    static func < (a: Candidate, b: Candidate) -> Bool {
      a.count != b.count ? a.count < b.count : a.pair.key > b.pair.key
    }

    static func == (a: Candidate, b: Candidate) -> Bool { a.count == b.count && a.pair == b.pair }
  }

  private var words: [Word] = []
  private var symbols: [Int32] = []
  private var pairs: [UInt64: PairCount] = [:]
  private var touched: [Pair] = []
  private var queue = Heap<Candidate>()

  /// Special tokens get the first ids, the bytes those after them, by the characters they are
  /// spelled as. `point` is called every 10,000 words and may throw to stop.
  init(
    words counted: WordCounts, specialTokens: [String], point: () throws -> Void
  ) rethrows {
    vocabulary = Vocabulary(capacity: 256 + specialTokens.count)
    for token in specialTokens { add(Array(token.utf8)) }
    for byte in (0..<256).sorted(by: { ByteAlphabet.scalars[$0] < ByteAlphabet.scalars[$1] }) {
      add(ByteAlphabet.characters[byte])
    }
    let tokens = ByteAlphabet.characters.map { vocabulary.id(of: $0) ?? 0 }
    counted.forEach { word, count in
      words.append(Word(start: symbols.count, length: word.count, count: count))
      for byte in word { symbols.append(tokens[Int(byte)]) }
    }
    try countPairs(point: point)
  }

  /// The id of a token, a new one unless it is there already.
  @discardableResult
  private mutating func add(_ token: [UInt8]) -> Int32 {
    if let id = vocabulary.id(of: token) { return id }
    let id = Int32(vocabulary.count)
    _ = vocabulary.insert(token, id: id)
    return id
  }

  private mutating func countPairs(point: () throws -> Void) rethrows {
    for (index, word) in words.enumerated() {
      if index % 10_000 == 9_999 { try point() }
      guard word.length > 1 else { continue }
      for at in word.start..<word.start + word.length - 1 {
        change(Pair(left: symbols[at], right: symbols[at + 1]), by: word.count, in: index)
      }
    }
    enqueueTouched()
  }

  /// Merges pairs until there are `size` tokens, or no pair occurs `minimum` times. `point` is called
  /// once a merge and may throw to stop.
  mutating func merge(upTo size: Int, minimum: Int, point: () throws -> Void) rethrows {
    while vocabulary.count < size, var top = queue.popMax() {
      let count = pairs[top.pair.key]?.count ?? 0
      guard top.count == count else {
        top.count = count
        queue.push(top)
        continue
      }
      if count < max(1, minimum) { break }
      try point()
      let token = [top.pair.left, top.pair.right].flatMap { vocabulary.bytes(of: $0) ?? [] }
      let id = add(token)
      merges.append(top.pair)
      for word in top.words { merge(top.pair, into: id, inWord: Int(word)) }
      enqueueTouched()
    }
  }

  /// Merges every occurrence of a pair in a word, from the left, and counts what that changes.
  private mutating func merge(_ pair: Pair, into id: Int32, inWord index: Int) {
    let word = words[index]
    let end = word.start + word.length
    var from = word.start
    var to = word.start
    while from < end {
      guard symbols[from] == pair.left, from + 1 < end, symbols[from + 1] == pair.right else {
        symbols[to] = symbols[from]
        from += 1
        to += 1
        continue
      }
      if to > word.start {
        let before = symbols[to - 1]
        change(Pair(left: before, right: pair.left), by: -word.count, in: index)
        change(Pair(left: before, right: id), by: word.count, in: index)
      }
      symbols[to] = id
      from += 2
      to += 1
      if from < end {
        let after = symbols[from]
        change(Pair(left: pair.right, right: after), by: -word.count, in: index)
        change(Pair(left: id, right: after), by: word.count, in: index)
      }
    }
    words[index].length = to - word.start
  }

  private mutating func change(_ pair: Pair, by amount: Int, in word: Int) {
    if pairs[pair.key, default: PairCount()].change(by: amount, in: Int32(word)) {
      touched.append(pair)
    }
  }

  /// Puts the pairs with new occurrences into the queue.
  private mutating func enqueueTouched() {
    for pair in touched {
      let words = pairs[pair.key]?.fresh ?? []
      pairs[pair.key]?.fresh = []
      let count = pairs[pair.key]?.count ?? 0
      if count > 0 { queue.push(Candidate(count: count, pair: pair, words: words)) }
    }
    touched.removeAll(keepingCapacity: true)
  }
}

/// A queue that gives the largest element first.
struct Heap<Element: Comparable> {
  private var elements: [Element] = []

  mutating func push(_ element: Element) {
    var at = elements.count
    elements.append(element)
    while at > 0, elements[(at - 1) / 2] < elements[at] {
      elements.swapAt(at, (at - 1) / 2)
      at = (at - 1) / 2
    }
  }

  mutating func popMax() -> Element? {
    guard let last = elements.indices.last else { return nil }
    elements.swapAt(0, last)
    let top = elements.removeLast()
    var at = 0
    while true {
      var child = 2 * at + 1
      if child >= elements.count { break }
      if child + 1 < elements.count, elements[child] < elements[child + 1] { child += 1 }
      if !(elements[at] < elements[child]) { break }
      elements.swapAt(at, child)
      at = child
    }
    return top
  }
}
