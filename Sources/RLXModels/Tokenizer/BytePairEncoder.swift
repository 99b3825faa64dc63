/// Byte-pair encoding (Sennrich et al., 2016) with the fallbacks of Hugging Face tokenizers: a
/// character that is no token becomes its byte tokens `<0x..>`, else the unknown token.
struct BytePairEncoder: Sendable {
  let vocabulary: Vocabulary
  let merges: MergeTable
  /// `<0x00>` to `<0xFF>`, -1 where the vocabulary lacks one; empty without byte fallback.
  let byteTokens: [Int32]
  let unknown: Int32?
  /// Whether a run of unknown characters gives one unknown token.
  let fusesUnknown: Bool
  /// Whether a piece that is a token as a whole is not built from its characters.
  let ignoresMerges: Bool
  /// What a character is spelled with within a piece, and the last one of a piece: `##`, `</w>`.
  var prefix: [UInt8] = []
  var suffix: [UInt8] = []
  /// Set where the tokens spell bytes (`ByteAlphabet`): then pieces are the bytes themselves.
  var bytes: ByteWords?

  /// Appends the ids of one piece of text, which no token may straddle.
  ///
  /// Costs n log n in the bytes of the piece. A character that is no token is dropped if there is
  /// neither a byte fallback nor an unknown token, as Hugging Face tokenizers do.
  func encode(_ piece: ArraySlice<UInt8>, into ids: inout [Int32]) {
    guard !piece.isEmpty else { return }
    guard let bytes else { return encode(spelled: piece, into: &ids) }
    if let id = bytes.whole.id(of: piece) {
      ids.append(id)
    } else if bytes.isComplete {
      merge(piece.map { bytes.tokens[Int($0)] }, into: &ids)
    } else {
      encode(spelled: ByteAlphabet.spelled(piece)[...], into: &ids)
    }
  }

  /// Appends the ids of a piece as the vocabulary spells it.
  func encode(spelled piece: ArraySlice<UInt8>, into ids: inout [Int32]) {
    if ignoresMerges, let id = vocabulary.id(of: piece) {
      ids.append(id)
      return
    }
    merge(characters(of: piece), into: &ids)
  }

  /// Appends what the tokens of single characters merge into: earliest rank first, leftmost among
  /// equals.
  private func merge(_ tokens: [Int32], into ids: inout [Int32]) {
    if tokens.count <= Self.shortPiece {
      mergeShort(tokens, into: &ids)
    } else {
      var chain = MergeChain(tokens)
      chain.mergeAll(by: merges)
      chain.collect(into: &ids)
    }
  }

  /// Up to so many tokens, looking through all pairs for each merge is faster than a heap.
  static let shortPiece = 32

  private func mergeShort(_ tokens: [Int32], into ids: inout [Int32]) {
    let none = Int32.max
    withUnsafeTemporaryAllocation(of: MergeTable.Merge.self, capacity: tokens.count) { pairs in
      // The merge of the token at each place with the next one; and the tokens themselves.
      withUnsafeTemporaryAllocation(of: Int32.self, capacity: tokens.count) { chain in
        var count = tokens.count
        for at in 0..<count { chain.initializeElement(at: at, to: tokens[at]) }
        func pair(_ at: Int) -> MergeTable.Merge {
          (at + 1 < count ? merges[chain[at], chain[at + 1]] : nil)
            ?? MergeTable.Merge(rank: none, result: 0)
        }
        for at in 0..<count { pairs.initializeElement(at: at, to: pair(at)) }
        while true {
          var best = 0
          for at in 1..<max(count, 1) where pairs[at].rank < pairs[best].rank { best = at }
          if count < 2 || pairs[best].rank == none { break }
          chain[best] = pairs[best].result
          count -= 1
          for at in best + 1..<max(count, best + 1) {
            chain[at] = chain[at + 1]
            pairs[at] = pairs[at + 1]
          }
          pairs[best] = pair(best)
          if best > 0 { pairs[best - 1] = pair(best - 1) }
        }
        for at in 0..<count { ids.append(chain[at]) }
      }
    }
  }

  /// A character as tokens spell it where it stands.
  private func spelled(_ character: ArraySlice<UInt8>, isFirst: Bool, isLast: Bool)
    -> ArraySlice<UInt8>
  {
    if prefix.isEmpty && suffix.isEmpty { return character }
    return ((isFirst ? [] : prefix) + character + (isLast ? suffix : []))[...]
  }

  /// The tokens of the single characters of a piece.
  private func characters(of piece: ArraySlice<UInt8>) -> [Int32] {
    var ids: [Int32] = []
    ids.reserveCapacity(piece.count)
    // Hugging Face holds an unknown token back until the next known character, so that byte tokens
    // in between come before it; so it is here.
    var held: Int32?
    var at = piece.startIndex
    while at < piece.endIndex {
      let bare = piece[at..<min(at + ByteText.length(from: piece[at]), piece.endIndex)]
      let isFirst = at == piece.startIndex
      at = bare.endIndex
      let character = spelled(bare, isFirst: isFirst, isLast: at == piece.endIndex)
      if let id = vocabulary.id(of: character) {
        if let pending = held { ids.append(pending) }
        held = nil
        ids.append(id)
      } else if !byteTokens.isEmpty, character.allSatisfy({ byteTokens[Int($0)] >= 0 }) {
        for byte in character { ids.append(byteTokens[Int(byte)]) }
      } else if let unknown {
        if let pending = held, !fusesUnknown { ids.append(pending) }
        held = unknown
      }
    }
    if let held { ids.append(held) }
    return ids
  }
}

/// A linked list of tokens that merges its pairs, earliest rank first, leftmost among equals.
private struct MergeChain {
  private struct Link {
    var id: Int32
    var previous: Int32
    var next: Int32
    var isAlive = true
  }

  /// A pair that may merge: by `order` = rank, then place.
  private struct Candidate {
    let order: UInt64
    let result: Int32

    var place: Int { Int(order & 0xFFFF_FFFF) }
  }

  private var links: [Link]
  private var heap: [Candidate] = []

  init(_ ids: [Int32]) {
    links = ids.enumerated().map { at, id in
      Link(id: id, previous: Int32(at) - 1, next: at + 1 < ids.count ? Int32(at) + 1 : -1)
    }
  }

  func collect(into ids: inout [Int32]) {
    for link in links where link.isAlive { ids.append(link.id) }
  }

  mutating func mergeAll(by merges: MergeTable) {
    heap.reserveCapacity(links.count)
    for at in links.indices.dropLast() { offer(at, merges) }
    while let candidate = pop() {
      let at = candidate.place
      let right = Int(links[at].next)
      // A candidate is stale once one of its two tokens has merged otherwise.
      guard links[at].isAlive, right >= 0,
        let merge = merges[links[at].id, links[right].id], merge.result == candidate.result
      else { continue }
      links[at].id = candidate.result
      links[at].next = links[right].next
      links[right].isAlive = false
      if links[at].next >= 0 {
        links[Int(links[at].next)].previous = Int32(at)
        offer(at, merges)
      }
      if links[at].previous >= 0 { offer(Int(links[at].previous), merges) }
    }
  }

  /// Notes that the token at `at` may merge with the one after it.
  private mutating func offer(_ at: Int, _ merges: MergeTable) {
    guard let merge = merges[links[at].id, links[Int(links[at].next)].id] else { return }
    push(Candidate(order: UInt64(merge.rank) << 32 | UInt64(at), result: merge.result))
  }

  private mutating func push(_ candidate: Candidate) {
    var at = heap.count
    heap.append(candidate)
    while at > 0 {
      let parent = (at - 1) / 2
      if heap[parent].order <= candidate.order { break }
      heap[at] = heap[parent]
      at = parent
    }
    heap[at] = candidate
  }

  private mutating func pop() -> Candidate? {
    guard let first = heap.first, let moving = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return first }
    var at = 0
    while true {
      var child = 2 * at + 1
      if child >= heap.count { break }
      if child + 1 < heap.count && heap[child + 1].order < heap[child].order { child += 1 }
      if heap[child].order >= moving.order { break }
      heap[at] = heap[child]
      at = child
    }
    heap[at] = moving
    return first
  }
}
