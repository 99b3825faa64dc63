/// Seeded changes of inputs, for the short form of fuzzing in the tests.
package struct Mutations {
  private var state: UInt64
  private let seeds: [[UInt8]]
  private let words: [[UInt8]]

  package init(of target: FuzzTarget, seed: UInt64) {
    state = seed
    seeds = target.seeds().filter { !$0.isEmpty }
    words = target.words.map { Array($0.utf8) }
  }

  /// Whether there is anything to change.
  package var hasSeeds: Bool { !seeds.isEmpty }

  /// SplitMix64 (Steele et al., 2014).
  private mutating func draw(below limit: Int) -> Int {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
    return Int((value ^ value >> 31) % UInt64(max(limit, 1)))
  }

  /// A seed with one to six changes.
  package mutating func next() -> [UInt8] {
    var input = seeds[draw(below: seeds.count)]
    for _ in 0...draw(below: 6) { change(&input) }
    return input
  }

  private mutating func change(_ input: inout [UInt8]) {
    guard !input.isEmpty else {
      input = words[draw(below: words.count)]
      return
    }
    let place = draw(below: input.count)
    let length = min(1 + draw(below: 24), input.count - place)
    switch draw(below: 8) {
    case 0: input[place] ^= UInt8(1 << draw(below: 8))
    case 1: input[place] = UInt8(draw(below: 256))
    case 2: input.removeSubrange(place..<place + length)
    case 3: input.insert(contentsOf: words[draw(below: words.count)], at: place)
    case 4:
      let word = words[draw(below: words.count)]
      input.replaceSubrange(place..<min(place + word.count, input.count), with: word)
    case 5:
      input.insert(contentsOf: Array(input[place..<place + length]), at: draw(below: input.count))
    case 6:
      let other = seeds[draw(below: seeds.count)]
      let from = draw(below: other.count)
      input.replaceSubrange(place..<place + length, with: other[from..<min(from + 40, other.count)])
    default: input.removeLast(draw(below: input.count))
    }
  }
}
