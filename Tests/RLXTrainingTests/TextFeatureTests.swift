import Foundation
import RLXModels
import RLXTensor
import RLXTraining
import Testing

@Suite struct TextFeatureTests {
  /// "The cat sat on the mat. It was happy!": 9 words, 2 sentences, 10 syllables (hap-py):
  /// 206.835 − 1.015 · 4.5 − 84.6 · 10/9 = 108.2675.
  @Test func byHand() {
    let text = " The cat sat on the mat. It was happy!"
    #expect(abs(TextFeature.readability(text) - 1.082675) < 1e-9)
    #expect(abs(TextFeature.length(text) - log(10)) < 1e-12)
    #expect(abs(TextFeature.sentiment(text) - 1.0 / 9) < 1e-12)
    #expect(TextFeature.repetition(text) == 0)
    // Triples: a b a, b a b, a b a, b a b, a b a: 2 of 5 are new.
    #expect(abs(TextFeature.repetition("a b a b a b a") - 0.6) < 1e-12)
  }

  /// Sentences whose ease is often quoted: 116 and 37.5.
  @Test(
    arguments: [
      ("The cat sat on the mat.", 6, 1, 6),
      (
        "The Australian platypus is seemingly a hybrid of a mammal and reptilian creature.", 13, 1,
        24
      ),
      ("We ran. He hid! Did she see it?", 8, 3, 8),
    ] as [(String, Double, Double, Double)])
  func readingEaseIsFleschs(text: String, words: Double, sentences: Double, syllables: Double) {
    let wanted = 206.835 - 1.015 * (words / sentences) - 84.6 * (syllables / words)
    #expect(abs(TextFeature.readability(text) - wanted / 100) < 1e-12)
  }

  @Test(arguments: [
    ("It was not good", -0.25), ("It was not bad", 0.25), ("I don't like it", -0.25), ("", 0.0),
    ("good sad", 0.0), ("GOOD!", 1.0), ("not so bad", 1.0 / 3), ("not one was ever bad", -0.2),
  ])
  func sentimentCountsAndTurnsRound(text: String, wanted: Double) {
    #expect(TextFeature.sentiment(text) == wanted)
  }

  @Test(arguments: [
    ("cake", 1), ("agree", 2), ("be", 1), ("table", 2), ("beautiful", 3), ("the", 1), ("rhythm", 1),
    ("idea", 2), ("hmm", 1),
  ])
  func syllablesAreGroupsOfVowels(word: String, wanted: Int) {
    // One word, one sentence: the ease tells the syllables.
    let ease = TextFeature.readability(word) * 100
    #expect(abs((206.835 - 1.015 - ease) / 84.6 - Double(wanted)) < 1e-9)
  }

  @Test func textsWithoutWordsAreNothing() {
    for feature in TextFeature.allCases { #expect(feature(" … !? ") == 0, "\(feature)") }
  }

  /// Words of more than one alphabet, and apostrophes of both kinds.
  @Test func wordsAreRunsOfLetters() {
    #expect(abs(TextFeature.length("don’t stop — 'twas über 3 дня") - log(7)) < 1e-12)
    #expect(TextFeature.sentiment("I don’t like it") == -0.25)
  }

  @Test func spoiltAnswersAreOthersOrNone() {
    let draw = Draw(seed: 1, call: 1, purpose: .shuffle)
    let samples = [(" one two three four"), (" five six"), ("seven")].enumerated().map {
      Sample(prompt: "p\($0)", response: $1, promptTokens: [], responseTokens: [])
    }
    #expect(TextCorruption.cut(samples, row: 0, draw: draw) == " one two")
    #expect(TextCorruption.repeat(samples, row: 0, draw: draw) == " one two one two")
    #expect(TextCorruption.cut(samples, row: 2, draw: draw) == nil)
    for row in samples.indices {
      let other = TextCorruption.other(samples, row: row, draw: draw)
      #expect(samples.filter { $0.response == other && $0.prompt != "p\(row)" }.count == 1)
    }
    let shuffled = TextCorruption.shuffle(samples, row: 0, draw: draw)
    #expect(shuffled?.split(separator: " ").sorted() == ["four", "one", "three", "two"])
  }

  /// Another answer to the same prompt may be as good, and other spaces say nothing else.
  @Test func whatSaysTheSameIsNotSpoilt() {
    let draw = Draw(seed: 1, call: 1, purpose: .shuffle)
    let samples = [" a  a", " b"].map {
      Sample(prompt: "same", response: $0, promptTokens: [], responseTokens: [])
    }
    #expect(TextCorruption.other(samples, row: 0, draw: draw) == nil)
    #expect(TextCorruption.shuffle(samples, row: 0, draw: draw) == nil)
  }
}

@Suite(.serialized) struct FeatureModelTests {
  private func model() -> FeatureModel {
    FeatureModel(TextFeature.allCases, hidden: 6, draws: Fixture.draws)
  }

  /// The longer answer is better.
  private func comparisons(_ model: FeatureModel) -> [Comparison<[Double]>] {
    let texts = (1...12).map { Array(repeating: "word \($0)", count: $0).joined(separator: " ") }
    let all = (0..<11).map { Comparison([texts[$0 + 1], texts[$0]]).map(model.read) }
    model.measure(all.flatMap(\.answers))
    return all
  }

  private var settings: RewardModel.Settings {
    var settings = RewardModel.Settings()
    settings.optimizer.learningRate = 0.03
    settings.epochs = 40
    return settings
  }

  @Test func itLearnsARuleThatItsFeaturesShow() throws {
    let rm = model()
    let all = comparisons(rm)
    try rm.fit(all, settings)
    #expect(try rm.accuracy(all).value == 1)
    #expect(try #require(rm.log["loss"].last) < 0.3)
  }

  /// The score as the formula says, in double; float32 in the model, numbers of size 1.
  @Test func itsScoreIsTheTwoLayers() throws {
    let rm = model()
    _ = comparisons(rm)
    let text = "It was a good day. We had fun!"
    let z = zip(rm.read(text), rm.scales).map { ($0 - $1.mean) / $1.deviation }
    let tensors = Dictionary(
      uniqueKeysWithValues: rm.stateTensors.map { ($0.name, $0.tensor.array) })
    let (w, b, s) = (
      try #require(tensors["hidden.weight"]), try #require(tensors["hidden.bias"]),
      try #require(tensors["score.weight"])
    )
    let wanted = (0..<6).reduce(0.0) { sum, h in
      let inner = (0..<4).reduce(Double(b[h])) { $0 + Double(w[4 * h + $1]) * z[$1] }
      return sum + Double(s[h]) * tanh(inner)
    }
    #expect(furthest(try rm.scores([rm.read(text)]), [wanted]) < 1e-5)
  }

  /// Central differences of the loss in single precision: step 1e-2, so 1e-3 of error.
  @Test func gradientsAreCentralDifferences() throws {
    let rm = model()
    let all = comparisons(rm)
    try rm.loss(all).backward()
    for parameter in rm.parameters {
      let gradient = try #require(parameter.gradient).array
      let value = parameter.value
      for place in [0, gradient.count - 1] {
        func loss(_ change: Float) throws -> Double {
          var array = value.array
          array[place] += change
          parameter.value = Tensor(array, value.shape)
          defer { parameter.value = value }
          return Double(try rm.loss(all).item)
        }
        let slope = (try loss(1e-2) - loss(-1e-2)) / 2e-2
        #expect(abs(slope - Double(gradient[place])) < 1e-3, "\(parameter.name) \(place)")
      }
    }
  }

  @Test func savedAndLoadedAndPutBackItScoresTheSame() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("features-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let rm = model()
    let fresh = rm.state
    let all = comparisons(rm)
    try rm.fit(all, settings)
    #expect(rm.settings.optimizer.learningRate == 0.03)
    rm.normalization = ScoreNormalization(mean: 0.5, deviation: 2)
    try rm.save(folder: folder.path)
    let again = try FeatureModel.load(folder: folder.path, draws: Fixture.draws)
    let answers = all.flatMap(\.answers)
    #expect(try again.scores(answers) == rm.scores(answers))
    let after = rm.state
    let scores = try rm.scores(answers)
    try rm.restore(fresh)
    #expect(rm.scales.isEmpty && rm.normalization == nil && rm.log.count == 0)
    try rm.restore(after)
    #expect(try rm.scores(answers) == scores)
  }

  /// The mean of three times 0.1 is not 0.1 in double: what is left is no deviation to divide by.
  @Test func aFeatureThatNeverVariesIsNotBlownUp() throws {
    let rm = FeatureModel([.length, .sentiment], hidden: 2, draws: Fixture.draws)
    rm.measure([[1, 0.1], [2, 0.1], [3, 0.1]])
    #expect(rm.scales[1].deviation == 1)
    #expect(abs(rm.scales[0].mean - 2) < 1e-12 && rm.scales[0].deviation > 0.8)
  }

  /// Each edit of config.json, and what is said of it.
  @Test(arguments: [
    ("\"length\"", "\"lenght\"", "names of features"),
    ("\"hidden\": 6", "\"hidden\": 7", "[7, 4]"),
    ("\"hidden\": 6", "\"hidden\": 0", "from 1 to 4096"),
    ("\"feature_std\": [", "\"feature_std\": [0,", "4 numbers above 0"),
    ("\"feature_mean\": [", "\"feature_mean\": [\"a\",", "wanted numbers"),
    ("\"features\"", "\"feature\"", "features is missing"),
    ("rlx-features", "llama", "RewardModel(…) reads other folders"),
  ])
  func spoiltFoldersAreRefused(part: String, instead: String, wanted: String) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("features-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let rm = model()
    rm.measure(comparisons(rm).flatMap(\.answers))
    try rm.save(folder: folder.path)
    let config = folder.appendingPathComponent("config.json")
    let text = try String(contentsOf: config, encoding: .utf8)
    try #require(text.contains(part))
    try text.replacingOccurrences(of: part, with: instead)
      .write(to: config, atomically: true, encoding: .utf8)
    let error = #expect(throws: (any Error).self) {
      _ = try FeatureModel.load(folder: folder.path, draws: Fixture.draws)
    }
    #expect(error.map { "\($0)".contains(wanted) } == true, "\(error.map { "\($0)" } ?? "none")")
  }
}
