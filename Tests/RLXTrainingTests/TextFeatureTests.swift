import Foundation
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

  @Test(arguments: [
    ("It was not good", -0.25), ("It was not bad", 0.25), ("I don't like it", -0.25), ("", 0),
    ("good sad", 0), ("GOOD!", 1),
  ])
  func sentimentCountsAndTurnsRound(text: String, wanted: Double) {
    #expect(TextFeature.sentiment(text) == wanted)
  }

  @Test(arguments: [
    ("cake", 1), ("table", 2), ("beautiful", 3), ("the", 1), ("rhythm", 1), ("idea", 2), ("hmm", 1),
  ])
  func syllablesAreGroupsOfVowels(word: String, wanted: Double) {
    // One word, one sentence: the ease tells the syllables.
    let ease = TextFeature.readability(word) * 100
    #expect(abs((206.835 - 1.015 - ease) / 84.6 - wanted) < 1e-9)
  }

  @Test func textsWithoutWordsAreNothing() {
    for feature in TextFeature.allCases { #expect(feature(" … !? ") == 0, "\(feature)") }
  }

  @Test func spoiltAnswersAreOthersOrNone() {
    let draw = Draw(seed: 1, call: 1, purpose: .shuffle)
    let answers = [" one two three four", " five six", "seven"]
    #expect(TextCorruption.cut(answers, row: 0, draw: draw) == " one two")
    #expect(TextCorruption.repeat(answers, row: 0, draw: draw) == " one two one two")
    #expect(TextCorruption.cut(answers, row: 2, draw: draw) == nil)
    for row in answers.indices {
      let other = TextCorruption.other(answers, row: row, draw: draw)
      #expect(other.map { answers.contains($0) && $0 != answers[row] } == true)
    }
    let shuffled = TextCorruption.shuffle(answers, row: 0, draw: draw)
    #expect(shuffled?.split(separator: " ").sorted() == ["four", "one", "three", "two"])
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
    model.scale(by: all.flatMap(\.answers))
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
}
