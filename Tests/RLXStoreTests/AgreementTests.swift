import RLXStore
import Testing

@Suite struct AgreementTests {
  /// Sums of a few dozen quotients of small integers in double precision.
  static let rounding = 1e-12

  private func isClose(_ a: Double?, _ b: Double) -> Bool {
    a.map { abs($0 - b) < Self.rounding } ?? false
  }

  /// Two readers say yes or no to 50 proposals: both yes 20, both no 15, only the first yes 5, only
  /// the second yes 10. pₒ = 35/50 = 0.7; the first says yes to 25, the second to 30, so
  /// pₑ = 0.5 · 0.6 + 0.5 · 0.4 = 0.5; κ = 0.2 / 0.5 = 0.4.
  @Test func cohensKappaOfATableWorkedByHand() {
    let items =
      Array(repeating: (1, 1), count: 20) + Array(repeating: (0, 0), count: 15)
      + Array(repeating: (1, 0), count: 5) + Array(repeating: (0, 1), count: 10)
    #expect(isClose(Agreement.cohenKappa(items), 0.4))
  }

  @Test func cohensKappaAtItsEnds() {
    #expect(Agreement.cohenKappa([]) == nil)
    #expect(Agreement.cohenKappa([(1, 1), (1, 1)]) == nil)
    #expect(isClose(Agreement.cohenKappa([(1, 1), (2, 2)]), 1))
    #expect(isClose(Agreement.cohenKappa([(1, 2), (2, 1)]), -1))
    // The second always says 1: no better than chance. pₒ = pₑ = 1/2.
    #expect(isClose(Agreement.cohenKappa([(1, 1), (2, 1)]), 0))
  }

  /// The data of Krippendorff (2011), part C: 4 observers, 12 units, values missing. The paper's
  /// coincidences within categories are 7, 10, 8, 4, 3, with n_c = 9, 13, 10, 5, 3 and n = 40:
  /// α = 1 − 39 (40 − 32) / (1600 − 384) = 0.7434…, printed there as 0.743.
  @Test func krippendorffsAlphaOfThePapersExample() {
    let observers: [[Int?]] = [
      [1, 2, 3, 3, 2, 1, 4, 1, 2, nil, nil, nil],
      [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, nil, 3],
      [nil, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, nil],
      [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, nil],
    ]
    let units = (0..<12).map { unit in observers.compactMap { $0[unit] } }
    #expect(isClose(Agreement.krippendorffAlpha(units), 1 - 39.0 * 8 / 1216))
  }

  /// Two units, two values each: 1 1 and 1 2. Coincidences: 1–1 twice, 1–2 and 2–1 once each;
  /// n = 4, n₁ = 3, n₂ = 1: α = 1 − 3 · 2 / (16 − 10) = 0.
  @Test func krippendorffsAlphaWorkedByHand() {
    #expect(isClose(Agreement.krippendorffAlpha([[1, 1], [1, 2], [7]]), 0))
    #expect(Agreement.krippendorffAlpha([[1, 1], [1, 1]]) == nil)
    #expect(Agreement.krippendorffAlpha([[1], []]) == nil)
    #expect(isClose(Agreement.krippendorffAlpha([[1, 1, 1], [2, 2]]), 1))
  }

  @Test func theSameAnswersAreOnePairInAnyOrderAndFromAnySource() throws {
    let store = try PreferenceStore.memory()
    let (x, y) = (Candidate("x", tokens: [1], model: "m"), Candidate("y", tokens: [2]))
    // a1 labelled x against y; a2 gave them the other way round, as text.
    let first = try store.findOrAddComparison(prompt: "p", a: x, b: y)
    try store.judge(first, Verdict(.first), by: "a1")
    try store.addPair(prompt: "p", chosen: Candidate("x"), rejected: Candidate("y"), by: "a2")
    let second = try store.findOrAddComparison(prompt: "q", a: y, b: x)
    try store.judge(second, Verdict(.first), by: "a1")
    try store.addPair(prompt: "q", chosen: Candidate("x"), rejected: Candidate("y"), by: "a2")
    let third = try store.findOrAddComparison(prompt: "r", a: x, b: y)
    try store.judge(third, Verdict(.tie), by: "a1")
    try store.judge(third, Verdict(.skip), by: "a2")
    // a3 judges one pair alone and shares none.
    let alone = try store.findOrAddComparison(prompt: "s", a: x, b: y)
    try store.judge(alone, Verdict(.first), by: "a3")
    let agreement = try store.agreement()
    #expect(agreement.items == 2)
    let pair = try #require(agreement.pairs.first)
    #expect(agreement.pairs.count == 1)
    #expect((pair.first, pair.second) == ("a1", "a2"))
    #expect(pair.items == 2)
    #expect(pair.agreed == 1)
    #expect(pair.percent == 50)
    // a1: x, y; a2: x, x. pₒ = 1/2, pₑ = 1/2 · 1 = 1/2.
    #expect(isClose(pair.kappa, 0))
    // Values x x, x y: the example above.
    #expect(isClose(agreement.alpha, 0))
  }

  @Test func anEmptyStoreHasNoAgreement() throws {
    let agreement = try PreferenceStore.memory().agreement()
    #expect(agreement == Agreement(pairs: [], alpha: nil, items: 0))
  }
}

@Suite struct PatternsTests {
  @Test func lengthAndPositionAreCountedByAnnotator() throws {
    let store = try PreferenceStore.memory()
    func judge(_ a: String, _ b: String, _ choice: Choice, _ shown: ShownOrder?, by: String) throws
    {
      let id = try store.findOrAddComparison(prompt: "p", a: Candidate(a), b: Candidate(b))
      try store.judge(id, Verdict(choice), by: by, shown: shown)
    }
    try judge("long", "s", .first, .ab, by: "a1")  // longer won, left won
    try judge("s", "longer", .first, .ba, by: "a1")  // shorter won, right won
    try judge("ab", "cd", .second, .ba, by: "a1")  // equal length, left won
    try judge("ef", "gh", .second, .ba, by: "a1")  // equal length, left won
    try judge("long", "t", .tie, .ab, by: "a1")
    try judge("long", "u", .skip, .ab, by: "a1")
    try judge("v", "longest", .second, nil, by: "a2")  // longer won, not shown
    // "é" as two scalars is longer than "é" as one, and three flags of 4 bytes are not.
    try judge("e\u{301}x", "\u{e9}😀😀", .second, .ab, by: "a2")
    let (all, each) = try store.patterns()
    #expect(all.longer == .init(held: 2, of: 3))
    #expect(all.left == .init(held: 3, of: 5))
    #expect(all.left.fraction == 0.6)
    #expect(each.map(\.name) == ["a1", "a2"])
    #expect(each[0].patterns.longer == .init(held: 1, of: 2))
    #expect(each[0].patterns.left == .init(held: 3, of: 4))
    #expect(each[1].patterns.longer == .init(held: 1, of: 1))
    #expect(each[1].patterns.left == .init(held: 0, of: 1))
    #expect(Patterns.Share().fraction == nil)
  }
}
