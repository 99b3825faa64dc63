import GRDB
import RLXStore
import RLXTestSupport
import Testing

@Suite struct PreferenceStoreTests {
  let folder: TemporaryFolder
  let store: PreferenceStore

  init() throws {
    folder = try TemporaryFolder()
    let clock = CountingClock()
    store = try PreferenceStore(path: folder.path("a.db"), clock: { clock.now() })
  }

  private func compare(_ prompt: String, _ a: String, _ b: String) throws -> ComparisonID {
    try store.findOrAddComparison(prompt: prompt, a: Candidate(a), b: Candidate(b))
  }

  // MARK: What goes in comes out

  @Test func aJudgementComesBackWithAllItIsAbout() throws {
    let a = Candidate("one", tokens: [1, 403, -7], model: "nano", settings: "{\"n\": 2}")
    let b = Candidate("two", tokens: [])
    let comparison = try store.findOrAddComparison(prompt: "p", a: a, b: b)
    let judgement = try store.judge(
      comparison, Verdict(.second), by: "a1", shown: .ba, shownDigest: "sha256:51d0")
    let record = try #require(try store.standing().first)
    #expect(record.id == judgement)
    #expect(record.comparison.id == comparison)
    #expect(record.comparison.prompt == "p")
    #expect(record.comparison.a == a)
    #expect(record.comparison.b == b)
    #expect(record.comparison.source == "label")
    #expect(record.verdict == Verdict(.second))
    #expect(record.by == "a1")
    #expect(record.shown == .ba)
    #expect(record.shownDigest == "sha256:51d0")
    #expect(record.time == 1000)
    let pair = try #require(try store.winners().first)
    #expect(pair.chosen == "two")
    #expect(pair.rejected == "one")
    #expect(pair.chosenTokens == [])
    #expect(pair.rejectedTokens == [1, 403, -7])
    #expect(pair.strength == nil)
  }

  @Test(arguments: [
    "", "nul \0 inside", "\0", "é", "e\u{301}", "😀\n\r\t\"'; DROP TABLE judgements; --",
    "\u{feff}x",
  ])
  func anyTextIsKeptByteForByte(text: String) throws {
    try store.addPair(
      prompt: text + "?", chosen: Candidate(text, model: text, settings: text),
      rejected: Candidate(text + "\0x"), by: text + "a")
    let record = try #require(try store.standing().first)
    for (found, wanted) in [
      (record.comparison.prompt, text + "?"), (record.comparison.a.text, text),
      (record.comparison.a.model ?? "-", text), (record.comparison.a.settings ?? "-", text),
      (record.comparison.b.text, text + "\0x"), (record.by, text + "a"),
    ] { #expect(Array(found.utf8) == Array(wanted.utf8)) }
    // The same again is the same prompt and the same candidates.
    try store.addPair(
      prompt: text + "?", chosen: Candidate(text, model: text, settings: text),
      rejected: Candidate(text + "\0x"), by: text + "a")
    let summary = try store.summary()
    #expect(summary.prompts == 1)
    #expect(summary.candidates == 2)
    #expect(summary.comparisons == 2)
  }

  @Test func canonicallyEqualAnswersAreDifferentAnswers() throws {
    let comparison = try compare("p", "\u{e9}", "e\u{301}")
    try store.judge(comparison, Verdict(.first), by: "a1")
    #expect(try store.winners().first?.rejected.unicodeScalars.count == 2)
    #expect(try store.summary().candidates == 2)
  }

  @Test func labellingFindsItsComparisonsAgain() throws {
    let first = try compare("p", "x", "y")
    #expect(try compare("p", "x", "y") == first)
    #expect(try compare("p", "y", "x") != first)
    #expect(try compare("q", "x", "y") != first)
    #expect(try store.pending(by: "a1").map(\.id) == [1, 2, 3])
    try store.judge(first, Verdict(.skip), by: "a1")
    #expect(try store.pending(by: "a1").map(\.id) == [2, 3])
    #expect(try store.pending(by: "a2").map(\.id) == [1, 2, 3])
    #expect(try store.standing(first, by: "a1")?.verdict.choice == .skip)
    #expect(try store.standing(first, by: "a2") == nil)
  }

  @Test func strengthIsTheProbabilityOfTheChosenOne() throws {
    try store.judge(compare("p", "x", "y"), #require(Verdict(probabilityOfFirst: 0.25)), by: "f")
    try store.judge(compare("p", "x", "z"), #require(Verdict(probabilityOfFirst: 0.75)), by: "f")
    try store.judge(compare("p", "y", "z"), #require(Verdict(probabilityOfFirst: 0.5)), by: "f")
    let pairs = try store.winners()
    #expect(pairs.map(\.chosen) == ["y", "x"])
    #expect(pairs.map(\.strength) == [0.75, 0.75])
    #expect(try store.summary().ties == 1)
    for outside in [0, 1, -0.5, 2, .nan, .infinity] {
      #expect(Verdict(probabilityOfFirst: outside) == nil)
    }
    try store.addPair(
      prompt: "p", chosen: Candidate("c"), rejected: Candidate("r"), by: "f", strength: 0.9)
    #expect(throws: StoreError.self) {
      try store.addPair(
        prompt: "p", chosen: Candidate("c"), rejected: Candidate("r"), by: "f", strength: 0.4)
    }
  }

  @Test func aRankingImpliesAllItsPairs() throws {
    let responses = ["a", "b", "c"].map { Candidate($0) }
    let ranking = try store.rank(prompt: "p", responses: responses, order: [2, 0, 1], by: "a1")
    let pairs = try store.winners()
    #expect(pairs.map { $0.chosen + $0.rejected } == ["ca", "cb", "ab"])
    #expect(try store.comparisons().allSatisfy { $0.ranking == ranking && $0.source == "rank" })
    for order in [[0, 1], [0, 0, 1], [0, 1, 3], []] {
      #expect(throws: StoreError.self) {
        try store.rank(prompt: "p", responses: responses, order: order, by: "a1")
      }
    }
    // Equal answers cannot be ranked, and half a ranking is not kept.
    let rows = try store.rowCount()
    let error = #expect(throws: StoreError.self) {
      try store.rank(
        prompt: "p", responses: responses + [Candidate("a")], order: [0, 1, 2, 3], by: "x")
    }
    #expect(error?.wanted.contains("differ") == true)
    #expect(try store.rowCount() == rows)
  }

  @Test func whatDoesNotFitIsRefusedAndNothingIsKept() throws {
    let rows = try store.rowCount()
    #expect(throws: StoreError.self) { try compare("p", "same", "same") }
    #expect(throws: StoreError.self) { try store.judge(99, Verdict(.tie), by: "a1") }
    #expect(throws: StoreError.self) { try store.withdraw(99, by: "a1") }
    #expect(try store.rowCount() == rows)
    let comparison = try compare("p", "x", "y")
    let error = #expect(throws: StoreError.self) {
      try store.judge(comparison, Verdict(.tie), by: "")
    }
    #expect(error?.found == "an empty name")
    #expect(error?.file == folder.path("a.db"))
    let other = try store.addCandidate(Candidate("z"), prompt: "q")
    #expect(throws: StoreError.self) {
      try store.transaction { try $0.addComparison(prompt: 1, a: 1, b: other, source: "add") }
    }
  }

  // MARK: Superseding and withdrawing

  @Test func aNewJudgementSupersedesOnlyItsAnnotatorsEarlierOne() throws {
    let comparison = try compare("p", "x", "y")
    try store.judge(comparison, Verdict(.first), by: "a1")
    try store.judge(comparison, Verdict(.first), by: "a2")
    try store.judge(comparison, Verdict(.second), by: "a1")
    #expect(try store.winners().map { $0.by + $0.chosen } == ["a2x", "a1y"])
    let summary = try store.summary()
    #expect(summary.superseded == 1)
    #expect(summary.judgements == 2)
    #expect(summary.rows == 1 + 2 + 1 + 3)
  }

  @Test func withdrawingBringsBackWhatWasSuperseded() throws {
    let comparison = try compare("p", "x", "y")
    let first = try store.judge(comparison, Verdict(.first), by: "a1")
    let second = try store.judge(comparison, Verdict(.second), by: "a1")
    #expect(try store.lastStanding(by: "a1")?.id == second)
    let withdrawal = try store.withdraw(second, by: "a1")
    #expect(withdrawal == 3)
    #expect(try store.lastStanding(by: "a1")?.id == first)
    #expect(throws: StoreError.self) { try store.withdraw(second, by: "a1") }
    #expect(throws: StoreError.self) { try store.withdraw(withdrawal, by: "a1") }
    try store.withdraw(first, by: "a1")
    #expect(try store.standing() == [])
    #expect(try store.pending(by: "a1").map(\.id) == [comparison])
    let summary = try store.summary()
    #expect(summary.withdrawn == 2)
    #expect(summary.superseded == 0)
    #expect(summary.rows == 4 + 4)
  }

  @Test func aStoreGoesBackToAMomentAndForthAgainByNewRows() throws {
    let comparison = try compare("p", "x", "y")
    try store.judge(comparison, Verdict(.first), by: "a1")
    let (before, contents) = (try store.moment(), try store.contentRows())
    try store.judge(comparison, Verdict(.second), by: "a1")
    try store.judge(comparison, Verdict(.tie), by: "a2")
    try store.withdraw(3, by: "a2")
    try store.addPair(prompt: "p", chosen: Candidate("x"), rejected: Candidate("z"), by: "a2")
    let (after, more) = (try store.moment(), try store.contentRows())
    #expect(more.starts(with: contents) && more.count == contents.count + 5)
    let rows = try store.rowCount()

    #expect(try store.goBack(to: before) == -2)
    #expect(try store.contentRows() == contents)
    #expect(try store.winners().map(\.chosen) == ["x"])
    #expect(try store.comparisons().count == 1)
    #expect(try store.pending(by: "a2").map(\.id) == [comparison])
    let summary = try store.summary()
    #expect((summary.comparisons, summary.candidates, summary.withdrawn) == (1, 2, 0))
    #expect(summary.superseded == 0)
    #expect(try store.rowCount() > rows)
    #expect(try store.goBack(to: before) == 0)

    #expect(try store.goBack(to: after) == 2)
    #expect(try store.contentRows() == more)
    #expect(try store.goBack(to: before) == -2)
    // The same again is new, and says the same.
    try store.judge(comparison, Verdict(.second), by: "a1")
    try store.judge(comparison, Verdict(.tie), by: "a2")
    #expect(try store.contentRows() == Array(more.prefix(contents.count + 2)))
  }

  @Test func whatAnotherProcessAddedStaysWhenAStoreGoesBack() throws {
    let folder = try TemporaryFolder()
    let (one, other) = (
      try PreferenceStore(path: folder.path("l.db")), try PreferenceStore(path: folder.path("l.db"))
    )
    func add(_ store: PreferenceStore, _ answer: String) throws {
      try store.addPair(
        prompt: "p", chosen: Candidate(answer), rejected: Candidate("no"), by: "a1")
    }
    try add(one, "first")
    let moment = try one.moment()
    try add(one, "mine")
    try add(other, "theirs")
    try add(one, "mine too")
    #expect(try one.goBack(to: moment) == -2)
    #expect(try other.winners().map(\.chosen) == ["first", "theirs"])
    #expect(try PreferenceStore(path: folder.path("l.db")).contentRows() == one.contentRows())
  }

  @Test func aTransactionThatThrowsKeepsNothing() throws {
    struct Stop: Error {}
    let error = #expect(throws: StoreError.self) {
      try store.transaction { transaction in
        _ = try transaction.addPair(
          prompt: "p", chosen: Candidate("x"), rejected: Candidate("y"), by: "a1")
        throw Stop()
      }
    }
    #expect(error?.found == "Stop()")
    #expect(try store.rowCount() == 0)
  }

  // MARK: Rows are only ever added

  @Test(arguments: ["prompts", "candidates", "rankings", "comparisons", "judgements", "entries"])
  func noRowCanBeChangedDeletedOrReplaced(table: String) throws {
    try store.rank(
      prompt: "p", responses: [Candidate("x"), Candidate("y")], order: [0, 1], by: "a1")
    let before = try store.canonicalRows()
    let outside = try DatabaseQueue(path: folder.path("a.db"))
    let key = table == "entries" ? "row" : "id"
    for statement in [
      "UPDATE \(table) SET \(key) = \(key)", "DELETE FROM \(table)",
      "INSERT OR REPLACE INTO \(table) SELECT * FROM \(table)",
      "DELETE FROM \(table) WHERE \(key) = 1",
    ] {
      let error = #expect(throws: DatabaseError.self) {
        try outside.write { try $0.execute(sql: statement) }
      }
      #expect(error?.message == "\(table): rows are only ever added", "\(statement)")
    }
    #expect(try store.canonicalRows() == before)
  }

  @Test func onlyAJudgementOfTheSameComparisonCanBeWithdrawnWhoeverWrites() throws {
    let (x, y) = (try compare("p", "x", "y"), try compare("p", "x", "z"))
    try store.judge(x, Verdict(.first), by: "a1")
    let outside = try DatabaseQueue(path: folder.path("a.db"))
    for values in [
      "\(y), NULL, 'a1', 0, 1", "\(x), 'first', 'a1', 0, 1", "\(x), 'best', 'a1', 0, NULL",
      "\(x), NULL, 'a1', 0, NULL", "99, 'first', 'a1', 0, NULL",
    ] {
      #expect(throws: DatabaseError.self) {
        try outside.write {
          try $0.execute(
            sql: """
              INSERT INTO judgements (comparison_id, choice, "by", time, withdraws) VALUES (\(values))
              """)
        }
      }
    }
    #expect(try store.standing().count == 1)
  }

  // MARK: Rows for digests, and the past

  @Test func canonicalRowsTellEverythingButTheTime() throws {
    _ = try store.findOrAddComparison(
      prompt: "p\n\"", a: Candidate("x", tokens: [1, 2], model: "m"), b: Candidate("\0\u{1f}é"))
    try store.judge(1, #require(Verdict(probabilityOfFirst: 0.75)), by: "a1", shown: .ab)
    try store.withdraw(1, by: "a1")
    #expect(
      try store.canonicalRows() == [
        #"["prompts", 1, "p\n\""]"#,
        #"["candidates", 1, 1, "x", "[1,2]", "m", null]"#,
        #"["candidates", 2, 1, "\u0000\u001fé", null, null, null]"#,
        #"["comparisons", 1, 1, 1, 2, "label", null]"#,
        #"["judgements", 1, 1, "first", 0.75, "a1", "ab", null, null]"#,
        #"["judgements", 2, 1, null, null, "a1", null, null, 1]"#,
      ])
    #expect(try store.canonicalRows(from: 4, to: 5).count == 1)
    #expect(try store.rowCount() == 6)
  }

  @Test func theSameAdditionsAtOtherTimesMakeTheSameRows() throws {
    let other = try PreferenceStore.memory()
    for store in [store, other] {
      try store.rank(
        prompt: "p", responses: [Candidate("x"), Candidate("y")], order: [1, 0], by: "a1")
    }
    #expect(try store.canonicalRows() == other.canonicalRows())
  }

  @Test func theFileAsItStoodAtEachRow() throws {
    let comparison = try compare("p", "x", "y")
    try store.judge(comparison, Verdict(.first), by: "a1")
    try store.judge(comparison, Verdict(.second), by: "a1")
    try store.withdraw(2, by: "a1")
    let rows = try store.canonicalRows()
    #expect(rows.count == 7)
    let chosen: [Int: [String]] = [5: ["x"], 6: ["y"], 7: ["x"]]
    for count in 0...7 {
      let past = try PreferenceStore.copy(of: folder.path("a.db"), asOf: count)
      #expect(try past.canonicalRows() == Array(rows[..<count]))
      #expect(try past.winners().map(\.chosen) == chosen[count] ?? [])
      // A copy goes on by itself, with the ids the file would have given.
      try past.addPair(prompt: "n", chosen: Candidate("c"), rejected: Candidate("r"), by: "a9")
    }
    #expect(try store.canonicalRows() == rows)
    let error = #expect(throws: StoreError.self) {
      try PreferenceStore.copy(of: folder.path("a.db"), asOf: 8)
    }
    #expect(error?.found == "7 rows")
    #expect(error?.wanted == "at least 8")
    #expect(throws: StoreError.self) {
      try PreferenceStore.copy(of: folder.path("a.db"), asOf: -1)
    }
    let missing = #expect(throws: StoreError.self) {
      try PreferenceStore.copy(of: folder.path("none.db"), asOf: 0)
    }
    #expect(missing?.isMissing == true)
    #expect(try folder.names() == ["a.db"])
  }
}
