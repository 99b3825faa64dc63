import Foundation
import RLXModels
import RLXTensor
import RLXTestSupport
import RLXTraining
import Testing

/// Against TRL 1.9.2's PRMTrainer, and by hand.
@Suite(.serialized) struct PRMTests {
  /// float32 on both sides, numbers of size 1.
  static let numbers = 2e-5
  /// Two AdamW steps of 1e-3 with clipping. TRL's own weights differ from a float64 run by 2e-5 where a
  /// gradient is 2e-8, near Adam's ε, and by less than 3e-6 elsewhere.
  static let weights = 5e-5
  static let usualWeights = 1e-5

  struct Recorded: Decodable {
    struct Text: Decodable { let prompt: String, completions: [String], labels: [Bool] }
    struct Head: Decodable { let weight: [[Float]], bias: [Float] }
    struct Tokens: Decodable { let input_ids: [Int32], labels: [Int] }
    struct Forms: Decodable { let all, last, cut, words: [Tokens] }
    struct Step: Decodable { let loss, grad_norm: Double }
    struct Measured: Decodable { let loss, accuracy: Double }
    struct Training: Decodable { let before, after: Measured, steps: [Step] }
    let rows: [Text]
    let head: Head
    let tokens: Forms
    let all, last: Training
    let start, end: [[Double]]
  }

  private let recorded: Recorded

  init() throws { recorded = try Fixture.json("process.json", as: Recorded.self) }

  private func prm(
    _ change: (inout PRM.Settings) -> Void = { _ in }
  ) throws -> PRM {
    var settings = PRM.Settings()
    settings.optimizer.learningRate = 1e-3
    change(&settings)
    let prm = try PRM(from: try Fixture.policy(), settings: settings, draws: Fixture.draws)
    prm.head.weight.value = Tensor(recorded.head.weight.flatMap(\.self), [2, 32])
    prm.head.bias.value = Tensor(recorded.head.bias, [2])
    return prm
  }

  private func rows(_ prm: PRM, training: Bool = false) throws -> [PRM.Row] {
    try recorded.rows.map { row in
      try prm.row(
        PRM.Example(
          prompt: prm.prompt(row.prompt), steps: row.completions.map(prm.step), labels: row.labels),
        training: training)
    }
  }

  /// TRL marks what is no step's end with −100.
  private func labels(_ row: PRM.Row) -> [Int] {
    var labels = [Int](repeating: -100, count: row.tokens.count)
    for (place, label) in zip(row.places, row.labels) { labels[place] = label ? 1 : 0 }
    return labels
  }

  @Test func tokensAndLabelsAreTRLs() throws {
    func check(_ found: [PRM.Row], _ wanted: [Recorded.Tokens], _ what: String) {
      #expect(found.map(\.tokens) == wanted.map(\.input_ids), "\(what)")
      #expect(found.map(labels) == wanted.map(\.labels), "\(what)")
    }
    let all = try prm()
    check(try rows(all), recorded.tokens.all, "all")
    check(
      try rows(all).map { $0.cut(to: 0..<min(20, $0.tokens.count)) }, recorded.tokens.cut, "cut")
    let last = try prm { $0.trainOnLastStepOnly = true }
    check(try rows(last, training: true), recorded.tokens.last, "last")
    check(try rows(last), recorded.tokens.all, "judged")
    check(try rows(try prm { $0.stepSeparator = " ки\n" }), recorded.tokens.words, "separator")
  }

  @Test func lossAccuracyAndTwoStepsAgreeWithTRL() throws {
    let prm = try prm()
    let rows = try rows(prm)
    #expect(furthest([try prm.loss(rows).item], [recorded.all.before.loss]) < Self.numbers)
    #expect(furthest([try prm.accuracy(rows).value], [recorded.all.before.accuracy]) < 1e-12)
    let start = try prm.probabilities(rows)
    for (found, wanted) in zip(start, recorded.start) {
      #expect(furthest(found, wanted) < Self.numbers)
    }
    try prm.run(rows, steps: 2)
    #expect(furthest(prm.log["loss"], recorded.all.steps.map(\.loss)) < Self.numbers)
    #expect(furthest(prm.log["grad_norm"], recorded.all.steps.map(\.grad_norm)) < 1e-4)
    #expect(furthest([try prm.loss(rows).item], [recorded.all.after.loss]) < Self.numbers)
    #expect(furthest([try prm.accuracy(rows).value], [recorded.all.after.accuracy]) < 1e-12)
    let weights = try Fixture.checkpoint("process-weights.safetensors")
    let named = prm.model.parameters + prm.head.parameters
    #expect(Set(weights.names) == Set(named.map(\.name)))
    var unusual = 0
    for parameter in named {
      let wanted = try weights.tensor(named: parameter.name).array
      unusual += zip(parameter.value.array, wanted)
        .count { furthest([$0], [$1]) > Self.usualWeights }
      #expect(furthest(parameter.value.array, wanted) < Self.weights, "\(parameter.name)")
    }
    #expect(unusual <= 2)
  }

  @Test func trainingOnTheLastStepAloneAgreesWithTRL() throws {
    let prm = try prm { $0.trainOnLastStepOnly = true }
    try prm.run(try rows(prm, training: true), steps: 2)
    #expect(furthest(prm.log["loss"], recorded.last.steps.map(\.loss)) < Self.numbers)
    let judged = try rows(prm)
    #expect(furthest([try prm.loss(judged).item], [recorded.last.after.loss]) < Self.numbers)
    #expect(furthest([try prm.accuracy(judged).value], [recorded.last.after.accuracy]) < 1e-12)
  }

  /// Groups weigh by their labelled steps, so that the step is that of one batch.
  @Test func accumulatedGradientsAreThoseOfOneBatch() throws {
    func trained(_ parts: Int) throws -> PRM {
      let prm = try prm {
        $0.batchSize = 4 / parts
        $0.gradientAccumulationSteps = parts
      }
      try prm.run(try rows(prm), steps: 2)
      return prm
    }
    let (one, four) = (try trained(1), try trained(4))
    #expect(furthest(four.log["loss"], one.log["loss"]) < Self.numbers)
    #expect(furthest(four.log["grad_norm"], one.log["grad_norm"]) < 1e-4)
    #expect(furthest(four.log["accuracy"], one.log["accuracy"]) < 1e-12)
  }

  @Test func evaluationIsTheLossAndAccuracyOfAllSteps() throws {
    let prm = try prm { $0.batchSize = 3 }
    let rows = try rows(prm)
    let held = try prm.evaluate(rows)
    #expect(furthest([held.value("eval_loss") ?? 0], [recorded.all.before.loss]) < Self.numbers)
    #expect(abs((held.value("eval_accuracy") ?? 0) - recorded.all.before.accuracy) < 1e-12)
    #expect(prm.log.count == 0)
  }

  @Test func aStepIsJudgedAlikeWhateverElseIsInTheBatch() throws {
    let prm = try prm()
    let rows = try rows(prm)
    let together = try prm.probabilities(rows)
    for (row, wanted) in zip(rows, together) {
      #expect(furthest(try prm.probabilities([row])[0], wanted) < Self.numbers)
    }
    // What comes after a step cannot change what is thought of it.
    let first = rows[3].cut(to: 0..<rows[3].places[0] + 1)
    #expect(furthest(try prm.probabilities([first])[0], [together[3][0]]) < Self.numbers)
  }

  @Test func aFreshHeadKnowsNothing() throws {
    let prm = try PRM(from: try Fixture.policy(), draws: Fixture.draws)
    #expect(prm.head.bias.value.array == [0, 0])
    let source = Fixture.bits(try Fixture.policy())
    #expect(source.starts(with: Fixture.bits(prm.model)))
    #expect(prm.model.parameters.allSatisfy { !$0.name.hasPrefix("lm_head") })
  }

  @Test func savedItIsTokenClassificationAndReadBackTheSame() throws {
    let folder = try TemporaryFolder()
    let prm = try prm()
    try prm.run(try rows(prm), steps: 1)
    try prm.save(folder: folder.path("prm"))
    let text = try String(contentsOfFile: folder.path("prm/config.json"), encoding: .utf8)
    #expect(text.contains("LlamaForTokenClassification"))
    let names = try Checkpoint(folder.path("prm/model.safetensors")).names
    #expect(names.suffix(2) == ["score.weight", "score.bias"] && !names.contains("lm_head.weight"))
    let again = try PRM.load(
      folder: folder.path("prm"), settings: prm.settings, draws: Fixture.draws)
    #expect(try again.probabilities(try rows(prm)) == prm.probabilities(try rows(prm)))
  }

  @Test func threeStepsAndFourAfterResumingAreSeven() throws {
    let folder = try TemporaryFolder()
    func trainer() throws -> PRM {
      try prm {
        $0.batchSize = 3
        $0.optimizer.weightDecay = 0.01
      }
    }
    func bits(_ prm: PRM) -> [UInt64] {
      prm.stateTensors.flatMap { $0.tensor.array.map { UInt64($0.bitPattern) } }
        + prm.stateNumbers.map(\.value.bitPattern)
        + prm.log.entries.flatMap { $0.map(\.value.bitPattern) }
    }
    let whole = try trainer()
    try whole.run(try rows(whole), steps: 7)
    let first = try trainer()
    try first.run(try rows(first), steps: 3)
    try first.save(folder: folder.path("prm"))
    let second = try PRM.resume(try TrainerCheckpoint(folder: folder.path("prm"), of: "PRM"))
    #expect(bits(second) == bits(first))
    #expect(second.settings == first.settings)
    try second.run(try rows(second), steps: 4)
    #expect(bits(second) == bits(whole))
  }

  @Test func itLearnsWhichStepsAreRight() throws {
    let prm = try prm { $0.epochs = 20 }
    try prm.run(try rows(prm))
    #expect(try prm.accuracy(try rows(prm)) == Accuracy(correct: 10, total: 10))
  }

  @Test func rowsThatCannotBeReadAreErrors() throws {
    let prm = try prm()
    func row(_ steps: [[Int32]], _ labels: [Bool]) throws -> PRM.Row {
      try prm.row(PRM.Example(prompt: [1], steps: steps, labels: labels))
    }
    #expect(throws: TrainingError.self) { try row([], []) }
    #expect(throws: TrainingError.self) { try row([[5], [6]], [true]) }
    #expect(throws: TrainingError.self) { try prm.run([], steps: 1) }
    #expect(throws: TrainingError.self) {
      try prm.loss([try row([[5]], [true]).cut(to: 0..<1)])
    }
    let long = try row([[Int32](repeating: 5, count: 80)], [true])
    #expect(throws: ModelError.self) { try prm.loss([long]) }
    let bare = try self.prm { $0.stepSeparator = "" }
    #expect(throws: TrainingError.self) {
      try bare.row(PRM.Example(prompt: [1], steps: [[5], []], labels: [true, true]))
    }
    #expect(try bare.row(PRM.Example(prompt: [1], steps: [[5], [6]])).places == [1, 2])
  }

  @Test(arguments: [
    ("a\nb", ["a", "b"]), ("a\n\nb\n", ["a", "b"]), ("", []), ("\n", []), ("one", ["one"]),
  ])
  func anAnswerIsCutWhereTheSeparatorStands(answer: String, steps: [String]) throws {
    #expect(try prm().steps(of: answer) == steps)
  }

  @Test func aggregatesByHand() {
    let steps = [0.5, 0.8, 0.25]
    #expect(StepAggregate.min(steps) == 0.25)
    #expect(abs(StepAggregate.product(steps) - 0.1) < 1e-12)
    #expect(abs(StepAggregate.mean(steps) - 1.55 / 3) < 1e-12)
    #expect(StepAggregate.last(steps) == 0.25)
    #expect(StepAggregate.allCases.map { $0([]) } == [0, 0, 0, 0])
  }
}
