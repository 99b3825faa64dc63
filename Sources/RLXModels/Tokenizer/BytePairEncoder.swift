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

  /// Appends the ids of one piece of text, which no token may straddle.
  ///
  /// Costs n log n in the bytes of the piece. A character that is no token is dropped if there is
  /// neither a byte fallback nor an unknown token, as Hugging Face tokenizers do.
  func encode(_ piece: ArraySlice<UInt8>, into ids: inout [Int32]) {
    guard !piece.isEmpty else { return }
    if ignoresMerges, let id = vocabulary.id(of: piece) {
      ids.append(id)
      return
    }
    var chain = MergeChain(characters(of: piece))
    chain.mergeAll(by: merges)
    chain.collect(into: &ids)
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
      let character = piece[at..<min(at + Self.length(from: piece[at]), piece.endIndex)]
      at = character.endIndex
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

  /// How many bytes the UTF-8 character has that begins with `byte`.
  private static func length(from byte: UInt8) -> Int {
    byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
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
