import Foundation
import RLXModels
import RLXTensor
import RLXTestSupport
import RLXTraining
import Testing

/// A trainer that is saved and read again goes on as if it had never stopped.
@Suite(.serialized) struct TrainerCheckpointTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var path: String { folder.path("run") }

  /// Every bit of a trainer: weights, moments, counters, settings and log.
  private func bits(_ trainer: some ResumableTrainer) -> [String] {
    var lines: [String] = []
    for (name, tensor) in trainer.stateTensors {
      let words: [String] = tensor.array.map { String($0.bitPattern, radix: 16) }
      lines.append(name + " " + words.joined(separator: " "))
    }
    for metrics in [trainer.stateNumbers] + trainer.log.entries {
      for (name, value) in metrics { lines.append("\(name) \(value.bitPattern)") }
    }
    for (name, value) in trainer.plainSettings { lines.append("\(name) \(value.words)") }
    for parameter in trainer.trainedModel.parameters {
      lines.append("\(parameter.name) \(parameter.isFrozen)")
    }
    return lines
  }

  private func adam<Settings: OptimizedSettings>(_ settings: Settings) -> Settings {
    var settings = settings
    settings.optimizer.learningRate = 1e-3
    settings.optimizer.weightDecay = 0.01
    return settings
  }

  private let examples = (0..<7).map { (row: UInt64) in
    SFT.Example(completion: Fixture.tokens(5, seed: row))
  }
  private let pairs = (0..<7).map { (row: UInt64) -> PreferencePair in
    PreferencePair(
      prompt: Fixture.tokens(2, seed: row), chosen: Fixture.tokens(3, seed: row + 20),
      rejected: Fixture.tokens(4, seed: row + 40))
  }

  private func sft() throws -> SFT {
    var settings = adam(SFT.Settings())
    settings.batchSize = 3
    return try SFT(try Fixture.policy(), settings, draws: Fixture.draws)
  }

  private func dpo() throws -> DPO {
    var settings = adam(DPO.Settings())
    settings.batchSize = 2
    return try DPO(
      policy: try Fixture.policy(), reference: try Fixture.reference(), settings: settings,
      draws: Fixture.draws)
  }

  private func ppo() throws -> PPO {
    var settings = adam(PPO.Settings())
    settings.maxTokens = 6
    settings.batchSize = 3
    settings.miniBatchSize = 2
    settings.useScoreScaling = true
    return try PPO(
      policy: try Fixture.policy(), reward: EvenTokens(), settings: settings, draws: Fixture.draws)
  }

  @Test func fourStepsAndSixAfterResumingAreTenForSFT() throws {
    let whole = try sft()
    try whole.run(examples, steps: 10)
    let first = try sft()
    try first.run(examples, steps: 4)
    try first.save(folder: path)
    let checkpoint = try TrainerCheckpoint(folder: path, of: "SFT")
    let second = try SFT.resume(checkpoint, try checkpoint.loadModel())
    #expect(bits(second) == bits(first))
    try second.run(examples, steps: 6)
    #expect(bits(second) == bits(whole))
  }

  @Test func aScheduleEndsWhereItWouldHaveEnded() throws {
    func trainer() throws -> SFT {
      var settings = adam(SFT.Settings())
      settings.optimizer.lrSchedulerType = .cosine
      settings.optimizer.warmupSteps = 2
      return try SFT(try Fixture.policy(), settings, draws: Fixture.draws)
    }
    let whole = try trainer()
    try whole.run(examples, steps: 10)
    let stopped = try trainer()
    #expect(throws: Stopped.self) {
      try stopped.run(examples, steps: 10) { progress in
        if progress.done == 4 { throw Stopped() }
      }
    }
    try stopped.save(folder: path)
    let checkpoint = try TrainerCheckpoint(folder: path, of: "SFT")
    let resumed = try SFT.resume(checkpoint, try checkpoint.loadModel())
    try resumed.run(examples, steps: 6)
    #expect(bits(resumed) == bits(whole))
  }

  @Test func fourStepsAndSixAfterResumingAreTenForDPO() throws {
    let whole = try dpo()
    try whole.run(pairs, steps: 10)
    let first = try dpo()
    try first.run(pairs, steps: 4)
    try first.save(folder: path)
    let checkpoint = try TrainerCheckpoint(folder: path, of: "DPO")
    let second = try DPO.resume(checkpoint, try checkpoint.loadModel())
    #expect(Fixture.bits(second.reference) == Fixture.bits(try Fixture.reference()))
    #expect(second.reference.isFrozen)
    try second.run(pairs, steps: 6)
    #expect(bits(second) == bits(whole))
  }

  @Test func fourStepsAndSixAfterResumingAreTenForPPO() throws {
    let prompts = Fixture.prompts(5)
    let whole = try ppo()
    try whole.run(prompts, steps: 10)
    let first = try ppo()
    try first.run(prompts, steps: 4)
    try first.save(folder: path)
    let checkpoint = try TrainerCheckpoint(folder: path, of: "PPO")
    let second = try PPO.resume(checkpoint, try checkpoint.loadModel(), reward: EvenTokens())
    #expect(bits(second) == bits(first))
    try second.run(prompts, steps: 6)
    #expect(bits(second) == bits(whole))
    #expect(second.klController == whole.klController)
    #expect(second.scoreMoments == whole.scoreMoments)
    #expect(second.log["kl"] == whole.log["objective/kl"])
  }

  @Test func aFitGoesOnWhereItStoppedForRewardModels() throws {
    func fit(_ model: RewardModel, _ steps: Int) throws {
      var settings = adam(RewardModel.Settings())
      settings.batchSize = 2
      settings.maxSteps = steps
      try model.fit(pairs, settings)
    }
    let whole = RewardModel(from: try Fixture.policy(), draws: Fixture.draws)
    try fit(whole, 4)
    try fit(whole, 6)
    let first = RewardModel(from: try Fixture.policy(), draws: Fixture.draws)
    try fit(first, 4)
    try first.save(folder: path)
    let second = try RewardModel.resume(try TrainerCheckpoint(folder: path, of: "RewardModel"))
    try fit(second, 6)
    #expect(bits(second) == bits(whole))
  }

  @Test func aRewardModelWithoutAStepIsResumedWithoutAnOptimizer() throws {
    let fresh = RewardModel(from: try Fixture.policy(), draws: Fixture.draws)
    try fresh.save(folder: path)
    let again = try RewardModel.resume(try TrainerCheckpoint(folder: path, of: "RewardModel"))
    #expect(bits(again) == bits(fresh))
    #expect(again.trainedNames == nil)
  }

  @Test func frozenParametersStayFrozenAndWithoutMoments() throws {
    let model = try Fixture.policy()
    model.parameters[0].isFrozen = true
    let first = try SFT(model, adam(SFT.Settings()), draws: Fixture.draws)
    try first.run(examples, steps: 2)
    model.parameters[1].isFrozen = true
    try first.save(folder: path)
    let checkpoint = try TrainerCheckpoint(folder: path, of: "SFT")
    let second = try SFT.resume(checkpoint, try checkpoint.loadModel())
    #expect(bits(second) == bits(first))
    try first.run(examples, steps: 2)
    try second.run(examples, steps: 2)
    #expect(bits(second) == bits(first))
  }

  @Test func numbersThatAreNotFiniteComeBackToTheBit() throws {
    let trainer = try sft()
    var state = trainer.state
    state.log.append([
      ("a", .nan), ("b", -.infinity), ("c", -0.0), ("d", 5e-324), ("e", 0.1 + 0.2),
    ])
    trainer.restore(state)
    try trainer.save(folder: path)
    let checkpoint = try TrainerCheckpoint(folder: path, of: "SFT")
    let again = try SFT.resume(checkpoint, try checkpoint.loadModel())
    #expect(bits(again) == bits(trainer))
  }

  @Test func theModelInItIsAModelFolder() throws {
    let trainer = try sft()
    try trainer.run(examples, steps: 1)
    try trainer.save(folder: path)
    #expect(Fixture.bits(try LanguageModel.load(folder: path)) == Fixture.bits(trainer.model))
  }

  // MARK: Killed at any moment

  /// What a killed process leaves: a new checkpoint half written, or an old one out of its place.
  @Test func aSaveThatWasCutOffLeavesTheLastWholeCheckpoint() throws {
    let trainer = try sft()
    try trainer.run(examples, steps: 1)
    try trainer.save(folder: path)
    let files = FileManager.default
    try files.createDirectory(atPath: path + ".partial", withIntermediateDirectories: false)
    _ = folder.file("run.partial/model.safetensors", "half")
    #expect(CheckpointFolder.newest(path) == path)
    try files.moveItem(atPath: path, toPath: path + ".previous")
    let newest = CheckpointFolder.newest(path)
    #expect(newest == path + ".previous")
    let checkpoint = try TrainerCheckpoint(folder: newest, of: "SFT")
    let again = try SFT.resume(checkpoint, try checkpoint.loadModel())
    #expect(bits(again) == bits(trainer))
    try again.save(folder: path)
    #expect(try folder.names() == ["run"])
    #expect(try TrainerCheckpoint(folder: path, of: "SFT").trainer == "SFT")
  }

  @Test func aSaveThatFailsLeavesTheOldCheckpoint() throws {
    let trainer = try sft()
    try trainer.save(folder: path)
    _ = folder.file("run.partial", "a file where a folder is to be written")
    #expect(throws: ModelError.self) { try trainer.save(folder: path) }
    #expect(try TrainerCheckpoint(folder: path, of: "SFT").trainer == "SFT")
  }

  @Test func aFolderWithOtherThingsInItIsLeftAlone() throws {
    let trainer = try sft()
    try trainer.save(folder: path)
    try trainer.save(folder: path + "/")
    _ = folder.file("run/notes.txt", "mine")
    let error = #expect(throws: ModelError.self) { try trainer.save(folder: path) }
    #expect("\(String(describing: error))".contains("notes.txt"))
    #expect(try folder.names() == ["run"])
    #expect(throws: ModelError.self) { try trainer.save(folder: folder.file("file", "x")) }
    #expect(throws: ModelError.self) { try trainer.save(folder: "") }
  }

  // MARK: Not what it should be

  private func change(_ name: String, _ edit: (String) -> String) throws {
    let text = String(decoding: try TemporaryFolder.bytes(of: path + "/" + name), as: UTF8.self)
    _ = folder.file("run/" + name, edit(text))
  }

  private func resumed() throws -> SFT {
    let checkpoint = try TrainerCheckpoint(folder: path, of: "SFT")
    return try SFT.resume(checkpoint, try checkpoint.loadModel())
  }

  @Test(arguments: [
    ("\"format\": 1", "\"format\": 2", "format"),
    ("\"trainer\": \"SFT\"", "\"trainer\": \"DPO\"", "DPO.resume"),
    ("\"order\": [", "\"order\": [0, ", "passes"),
    ("\"count\": \"", "\"count\": \"x", "count"),
    ("\"batch_size\": 3", "\"batch_size\": 0", "batch_size"),
    ("\"batch_size\": 3", "\"no_such_size\": 3", "no_such_size"),
    ("\"steps\": ", "\"steps\": \"four\", \"x\": ", "steps"),
    ("\"trained\": [", "\"trained\": [\"x\", ", "parameters"),
    ("{", "{ \"format\": ", "trainer.json"),
  ])
  func aTrainerFileThatIsWrongIsNamed(old: String, new: String, said: String) throws {
    let trainer = try sft()
    try trainer.run(examples, steps: 1)
    try trainer.save(folder: path)
    try change("trainer.json") { text in
      guard let range = text.range(of: old) else { return text }
      return text.replacingCharacters(in: range, with: new)
    }
    let error = #expect(throws: (any Error).self) { try resumed() }
    #expect("\(error.map { "\($0)" } ?? "")".contains(said))
  }

  @Test(arguments: ["model.safetensors", "trainer.safetensors", "trainer.json"])
  func aFileCutShortOrMissingIsNamed(name: String) throws {
    let trainer = try sft()
    try trainer.run(examples, steps: 1)
    try trainer.save(folder: path)
    let bytes = try TemporaryFolder.bytes(of: path + "/" + name)
    for length in [0, 9, bytes.count / 2, bytes.count - 2] {
      _ = folder.file("run/" + name, Array(bytes.prefix(length)))
      let error = #expect(throws: (any Error).self, "\(length) bytes") { try resumed() }
      #expect("\(error.map { "\($0)" } ?? "")".contains(name))
    }
    try FileManager.default.removeItem(atPath: path + "/" + name)
    let error = #expect(throws: (any Error).self) { try resumed() }
    #expect("\(error.map { "\($0)" } ?? "")".contains(name))
  }

  @Test func aReferenceWithOtherWeightsIsRefused() throws {
    try dpo().save(folder: path)
    let checkpoint = try TrainerCheckpoint(folder: path, of: "DPO")
    let given = try Fixture.reference()
    let resumed = try DPO.resume(checkpoint, try checkpoint.loadModel(), reference: given)
    #expect(resumed.reference === given)
    #expect(throws: TrainingError.self) {
      try DPO.resume(checkpoint, try checkpoint.loadModel(), reference: try Fixture.policy())
    }
  }
}
