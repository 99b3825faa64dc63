import RLXModels
import RLXTensor
import Testing

@Suite(.serialized) struct GenerationTests {
  static let prompts: [[Int32]] = [
    [1, 300], [1, 261, 270, 281, 290, 300, 310, 320, 330], [1], [1, 400, 401, 402],
    [1, 299, 288, 277, 266],
  ]

  private func sampled(
    _ model: LanguageModel, _ prompts: [[Int32]], _ settings: GenerationSettings, firstRow: Int = 0
  ) throws -> [Completion] {
    try model.generate(prompts, settings, draw: Support.sampling, firstRow: firstRow)
  }

  @Test(arguments: [Float(0), 0.7, 1], ModelConfig.Family.allCases)
  func aPromptAloneGivesWhatItGivesInABatch(
    temperature: Float, family: ModelConfig.Family
  ) throws {
    let model = try Support.model(family)
    let settings = GenerationSettings(maxTokens: 30, temperature: temperature)
    let together = try sampled(model, Self.prompts, settings)
    for (row, prompt) in Self.prompts.enumerated() {
      let alone = try sampled(model, [prompt], settings, firstRow: row)
      #expect(alone[0].tokens == together[row].tokens)
      // Not nearly: the same bits, or a near tie could fall the other way.
      #expect(alone[0].logProbs == together[row].logProbs)
    }
  }

  @Test(arguments: ModelConfig.Family.allCases)
  func threadCountDoesNotMatter(family: ModelConfig.Family) throws {
    let model = try Support.model(family)
    let settings = GenerationSettings(maxTokens: 20, n: 4)
    let before = Engine.threads
    defer { Engine.threads = before }
    Engine.threads = 1
    let one = try sampled(model, Self.prompts, settings)
    Engine.threads = 2
    #expect(try sampled(model, Self.prompts, settings) == one)
  }

  @Test func severalAnswersShareAPromptAndDiffer() throws {
    let model = try Support.model()
    let settings = GenerationSettings(maxTokens: 12, n: 3, ignoreEnd: true)
    let answers = try sampled(model, Self.prompts, settings)
    #expect(answers.map(\.promptIndex) == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4])
    #expect(answers.map(\.row) == Array(0..<15))
    #expect(Set(answers.map(\.tokens)).count > 10)
    #expect(answers.allSatisfy { $0.tokens.count == 12 && $0.finish == .length })
    // Answer j of prompt i is what prompt i alone gives in that row.
    let alone = try sampled(model, [Self.prompts[2]], settings, firstRow: 6)
    #expect(alone.map(\.tokens) == answers[6..<9].map(\.tokens))
  }

  @Test func drawingInGroupsChangesNothing() throws {
    let model = try Support.model()
    let settings = GenerationSettings(maxTokens: 9, n: 5, ignoreEnd: true)
    let together = try sampled(model, Self.prompts, settings)
    let limits = [
      (0, 256), (15_000, 256), (60_000, 256), (1 << 30, 1), (1 << 30, 3), (1 << 30, 10),
    ]
    for (bytes, rows) in limits {
      var seen: [GenerationProgress] = []
      let apart = try model.generate(
        Self.prompts, settings, draw: Support.sampling, cacheBytes: bytes, rowsAtOnce: rows
      ) { seen.append($0) }
      #expect(apart == together)
      #expect(seen.map(\.done) == Array(1...seen.count) && seen.last?.total == seen.count)
      #expect(seen.count > 9 && seen.count % 9 == 0 && seen.last?.open == 0)
    }
  }

  @Test(arguments: ModelConfig.Family.allCases)
  func logProbsAreThoseOfTheWholeForward(family: ModelConfig.Family) throws {
    // One token at a time against all at once: the same sums, in another order.
    let tolerance: Float = 5e-5
    let model = try Support.model(family)
    for temperature in [Float(0.5), 1, 2] {
      let settings = GenerationSettings(
        maxTokens: 25, minTokens: 3, temperature: temperature, topK: 20, topP: 0.9)
      let answers = try sampled(model, Self.prompts, settings)
      let pairs = answers.map { (prompt: $0.promptTokens, response: $0.tokens) }
      let whole = try model.logProbs(pairs, temperature: temperature, recording: false)
      #expect(Support.distance(whole.values.array, answers.flatMap(\.logProbs)) < tolerance)
    }
  }

  @Test func endTokensEndAnAnswerAndStayOutOfItsText() throws {
    let model = try Support.model()
    let ended = LanguageModel(
      name: "ends", family: model.family, tokenizer: model.tokenizer,
      stopTokens: Array(3..<200) as [Int32])
    let settings = GenerationSettings(maxTokens: 40)
    let answers = try sampled(ended, Self.prompts, settings)
    #expect(answers.allSatisfy { $0.finish == .stop && $0.tokens.count < 40 })
    for answer in answers {
      let kept = Array(answer.tokens.dropLast())
      #expect(kept.allSatisfy { !ended.stopTokens.contains($0) })
      #expect(answer.logProbs.count == answer.tokens.count)
      #expect(
        answer.text == ended.tokenizer.decodeContinuation(prompt: answer.promptTokens, kept))
    }
    var atLeast = settings
    atLeast.minTokens = 15
    #expect(try sampled(ended, Self.prompts, atLeast).allSatisfy { $0.tokens.count >= 16 })
    var ignoring = settings
    ignoring.ignoreEnd = true
    #expect(try sampled(ended, Self.prompts, ignoring).allSatisfy { $0.finish == .length })
  }

  @Test func aTextToStopAtMayStraddleTokens() throws {
    let model = try Support.model()
    let free = try sampled(
      model, Self.prompts, GenerationSettings(maxTokens: 30, ignoreEnd: true))
    for answer in free {
      // Text from the middle of the answer, cut across tokens: it must end there or before.
      let characters = Array(answer.text)
      guard characters.count > 12 else { continue }
      let stop = String(characters[6..<10])
      let settings = GenerationSettings(maxTokens: 30, stop: ["never said", stop], ignoreEnd: true)
      let stopped = try sampled(model, [answer.promptTokens], settings, firstRow: answer.row)[0]
      #expect(stopped.finish == .stopString)
      #expect(stopped.tokens == Array(answer.tokens.prefix(stopped.tokens.count)))
      #expect(answer.text.hasPrefix(stopped.text + stop))
      #expect(!stopped.text.contains(stop))
      // The last token completed it: without that token it is not there.
      let before = model.tokenizer.decodeContinuation(
        prompt: answer.promptTokens, stopped.tokens.dropLast())
      #expect(!before.contains(stop))
    }
  }

  @Test(arguments: ModelConfig.Family.allCases)
  func anAnswerEndsWhereTheContextEnds(family: ModelConfig.Family) throws {
    let model = try Support.model(family, context: 10)
    let full = Array(repeating: Int32(300), count: 10)
    let answers = try sampled(
      model, [[1], Array(full.prefix(9)), full], GenerationSettings(maxTokens: 40, ignoreEnd: true))
    #expect(answers.map(\.tokens.count) == [9, 1, 0])
    #expect(answers.allSatisfy { $0.finish == .length })
    #expect(answers[2].text.isEmpty)
    #expect(
      Support.error { try sampled(model, [full + [5]], GenerationSettings()) }
        == .contextExceeded(tokens: 11, context: 10))
  }

  @Test func reportsEachPositionOnceAndStopsWhenToldTo() throws {
    struct Enough: Error {}
    let model = try Support.model()
    var seen: [Int] = []
    _ = try model.generate(
      Self.prompts, GenerationSettings(maxTokens: 7, ignoreEnd: true), draw: Support.sampling
    ) { seen.append($0.done) }
    #expect(seen == [1, 2, 3, 4, 5, 6, 7])
    var calls = 0
    #expect(throws: Enough.self) {
      try model.generate(Self.prompts, GenerationSettings(), draw: Support.sampling) { progress in
        calls += 1
        if progress.done == 3 { throw Enough() }
      }
    }
    #expect(calls == 3)
  }

  @Test func nothingToDoGivesNothing() throws {
    let model = try Support.model()
    #expect(try sampled(model, [], GenerationSettings()).isEmpty)
    let none = try sampled(model, [[1]], GenerationSettings(maxTokens: 0))
    #expect(none[0].tokens.isEmpty && none[0].finish == .length)
  }

  @Test(arguments: [
    (GenerationSettings(maxTokens: -1), "max_tokens"), (.init(minTokens: -1), "min_tokens"),
    (.init(maxTokens: 3, minTokens: 4), "min_tokens"), (.init(temperature: -0.1), "temperature"),
    (.init(temperature: .nan), "temperature"), (.init(temperature: .infinity), "temperature"),
    (.init(topK: -1), "top_k"), (.init(topP: 0), "top_p"), (.init(topP: 1.01), "top_p"),
    (.init(topP: .nan), "top_p"), (.init(n: 0), "n"), (.init(n: 1_000_000_000), "n"),
    (.init(stop: [""]), "stop"),
  ])
  func settingsOutOfRangeAreNamed(settings: GenerationSettings, name: String) throws {
    let model = try Support.model()
    guard
      case .setting(let found, _, _)? = Support.error(of: { try sampled(model, [[1]], settings) })
    else {
      Issue.record("no error for \(settings)")
      return
    }
    #expect(found == name)
  }

  @Test func sequencesTheModelCannotReadAreErrors() throws {
    let model = try Support.model(context: 8)
    let V = model.config.vocabulary
    let tooLong = Array(repeating: Int32(5), count: 9)
    let cases: [([Int32], ModelError)] = [
      ([], .tooFewTokens(what: "the prompt", found: 0, wanted: 1)),
      ([-1], .tokenOutsideVocabulary(token: -1, vocabulary: V)),
      ([Int32(V)], .tokenOutsideVocabulary(token: V, vocabulary: V)),
      ([.max], .tokenOutsideVocabulary(token: Int(Int32.max), vocabulary: V)),
      (tooLong, .contextExceeded(tokens: 9, context: 8)),
    ]
    for (prompt, wanted) in cases {
      #expect(Support.error { try sampled(model, [[1], prompt], GenerationSettings()) } == wanted)
      #expect(
        Support.error { try model.logProbs([(prompt, [1])], recording: false) } == wanted)
    }
    #expect(
      Support.error { try model.logProbs([([1, 2], Array(tooLong.prefix(7)))], recording: false) }
        == .contextExceeded(tokens: 9, context: 8))
    #expect(
      Support.error { try model.loss(ids: [1]) }
        == .tooFewTokens(what: "the text", found: 1, wanted: 2))
  }

  @Test func logitsThatAreNotNumbersAreAnError() throws {
    let model = try Support.model()
    let norm = try #require(model.parameters.first { $0.name == "model.norm.weight" })
    norm.value = norm.value * .nan
    #expect(
      Support.error { try sampled(model, [[1]], GenerationSettings()) }
        == .notFinite(what: "the logits of fresh"))
  }
}
