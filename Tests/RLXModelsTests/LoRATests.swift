import Foundation
import RLXData
import RLXModels
import RLXTensor
import RLXTestSupport
import Testing

/// Low-rank adapters against PEFT (scripts/golden/lora.py).
@Suite(.serialized) struct LoRATests {
  /// The adapter, and the model of the reference values that it was made for.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let base: String
    var testDescription: String { name }
  }

  static let cases = [
    Case(name: "llama", base: "untied"), Case(name: "llama-all", base: "tied"),
    Case(name: "llama-ranks", base: "grouped"), Case(name: "gpt2", base: "gpt2"),
  ]

  static let sequence: [Int32] = [1, 17, 42, 3, 96, 0, 55, 17, 17, 80, 23, 64, 9]

  /// As for models without adapters, with the scale taken on another factor than PEFT does.
  static let logitTolerance: Float = 1e-4
  static let gradientTolerance: Float = 2e-4
  /// Of the way that three steps went, as Euclidean norms over a tensor. Adam divides a gradient by
  /// about itself, so where that is nearly nothing, its rounding decides over the whole step.
  static let stepTolerance: Float = 1e-3
  /// A merged weight is one sum of at most 5 products.
  static let mergeTolerance: Float = 1e-6

  private func base(_ name: String) throws -> LanguageModel {
    let folder = Repository.golden("models/" + name)
    let config = try ModelConfig.load(folder.appendingPathComponent("config.json").path)
    return LanguageModel(
      name: name, family: try Families.build(config, from: try WeightFiles(folder: folder.path)),
      tokenizer: try Support.tokenizer(), stopTokens: [])
  }

  private func folder(_ name: String) -> String { Repository.golden("lora/" + name).path }

  private func adapted(_ test: Case) throws -> LanguageModel {
    let model = try base(test.base)
    try model.loadAdapter(folder: folder(test.name))
    return model
  }

  private func expected(_ test: Case) throws -> Checkpoint {
    try Checkpoint(folder(test.name) + "/expected.safetensors")
  }

  private func norm(_ a: [Float], less b: [Float]) -> Float {
    zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
  }

  private func distance(_ found: Tensor, _ wanted: Tensor) -> Float {
    Support.distance(found.array, wanted.array)
  }

  // MARK: Against PEFT

  @Test(arguments: cases) func logitsAgree(_ test: Case) throws {
    let wanted = try expected(test).tensor(named: "logits")
    let model = try adapted(test)
    #expect(distance(try model.logits(Self.sequence), wanted) < Self.logitTolerance)
    #expect(distance(try base(test.base).logits(Self.sequence), wanted) > 0.1)
  }

  @Test(arguments: cases) func gradientsAgree(_ test: Case) throws {
    let file = try expected(test)
    let model = try adapted(test)
    let loss = try model.loss(ids: Self.sequence)
    #expect(abs(loss.item - (try file.tensor(named: "loss").item)) < Self.logitTolerance)
    try loss.backward()
    let names = file.names.filter { $0.hasPrefix("gradient/") }
    let adapter = try #require(model.adapter)
    #expect(Set(names) == Set(adapter.parameters.map { "gradient/" + $0.name }))
    for parameter in adapter.parameters {
      let wanted = try file.tensor(named: "gradient/" + parameter.name)
      let found = try #require(parameter.gradient, "\(parameter.name)")
      let largest = wanted.array.map(abs).max() ?? 0
      #expect(distance(found, wanted) < Self.gradientTolerance * largest, "\(parameter.name)")
    }
    #expect(model.family.parameters.allSatisfy { $0.gradient == nil && $0.isFrozen })
  }

  @Test(arguments: cases) func stepsOfAdamWAgree(_ test: Case) throws {
    let file = try expected(test)
    let model = try adapted(test)
    let before = model.family.parameters.map(\.value.array)
    let adapter = try #require(model.adapter)
    let began = adapter.parameters.map(\.value.array)
    let optimizer = AdamW(adapter.parameters, AdamW.Settings(learningRate: 1e-2))
    for _ in 0..<3 {
      optimizer.zeroGradients()
      try model.loss(ids: Self.sequence).backward()
      optimizer.step()
    }
    for (parameter, start) in zip(adapter.parameters, began) {
      let wanted = try file.tensor(named: "stepped/" + parameter.name).array
      let way = norm(wanted, less: start)
      #expect(way > 0.005 * Float(wanted.count).squareRoot(), "\(parameter.name)")
      #expect(
        norm(parameter.value.array, less: wanted) < Self.stepTolerance * way, "\(parameter.name)")
    }
    #expect(model.family.parameters.map(\.value.array) == before)
  }

  @Test(arguments: cases) func mergedWeightsAgree(_ test: Case) throws {
    let file = try expected(test)
    let model = try adapted(test)
    let reference = try model.withoutAdapter()
    let bare = try reference.logits(Self.sequence).array
    let own = try model.logits(Self.sequence).array
    try model.merge()
    #expect(model.adapter == nil && model.isMerged && !model.isFrozen)
    for name in file.names where name.hasPrefix("merged/") {
      let stored = String(name.dropFirst("merged/".count))
      let found = try #require(model.parameters.first { $0.name == stored }, "\(stored)")
      #expect(
        distance(found.value, try file.tensor(named: name)) < Self.mergeTolerance, "\(stored)")
    }
    let merged = try file.tensor(named: "merged_logits")
    #expect(distance(try model.logits(Self.sequence), merged) < Self.logitTolerance)
    // Who shares the base sees nothing of it, and it can be taken back to the bit.
    #expect(try reference.logits(Self.sequence).array == bare)
    try model.unmerge()
    #expect(try model.logits(Self.sequence).array == own)
    #expect(!model.isMerged && model.adapter != nil)
  }

  @Test(arguments: cases) func whatPEFTSavedIsSavedAgain(_ test: Case) throws {
    let model = try adapted(test)
    try Support.withFolder { scratch in
      try model.saveAdapter(folder: scratch + "/again")
      let again = try base(test.base)
      try again.loadAdapter(folder: scratch + "/again")
      #expect(try again.logits(Self.sequence).array == model.logits(Self.sequence).array)
      let saved = try Checkpoint(scratch + "/again/adapter_model.safetensors")
      let known = try Checkpoint(folder(test.name) + "/adapter_model.safetensors")
      #expect(Set(saved.names) == Set(known.names))
      let url = URL(fileURLWithPath: scratch + "/again/adapter_config.json")
      let theirs = URL(fileURLWithPath: folder(test.name) + "/adapter_config.json")
      #expect(try Support.json(url) == Support.json(theirs))
    }
  }

  // MARK: By themselves

  private func fresh(
    _ family: ModelConfig.Family = .llama, targets: [String] = ["q_proj", "v_proj"], rank: Int = 3
  ) throws -> LanguageModel {
    let model = try Support.model(family)
    try model.addLoRA(
      LoRA.Settings(rank: rank, alpha: 6, targets: targets), draw: Support.draw)
    return model
  }

  /// Gives B values, so that the adapter does something.
  private func stir(_ model: LanguageModel) throws {
    for pair in try #require(model.adapter).pairs {
      pair.b.value = Tensor.randn(pair.b.value.shape, draw: Support.draw) * 0.2
    }
  }

  @Test(arguments: [ModelConfig.Family.llama, .gpt2])
  func aFreshAdapterChangesNoBit(_ family: ModelConfig.Family) throws {
    let targets = family == .llama ? ["q_proj", "down_proj"] : ["c_attn", "c_proj"]
    let model = try fresh(family, targets: targets)
    let bare = try Support.model(family)
    #expect(try model.logits([1, 5, 9]).array == bare.logits([1, 5, 9]).array)
    let adapter = try #require(model.adapter)
    #expect(adapter.pairs.allSatisfy { $0.b.value.array.allSatisfy { $0 == 0 } })
    for pair in adapter.pairs {
      let bound = 1 / Float(pair.a.value.shape[1]).squareRoot()
      let largest = pair.a.value.array.map(abs).max() ?? 0
      #expect(largest <= bound && largest > 0.8 * bound)
    }
  }

  @Test(arguments: [ModelConfig.Family.llama, .gpt2])
  func generatingSeesTheAdapterAsReadingDoes(_ family: ModelConfig.Family) throws {
    let model = try fresh(family, targets: family == .llama ? ["q_proj", "up_proj"] : ["c_attn"])
    try stir(model)
    let settings = GenerationSettings(maxTokens: 12, temperature: 1)
    let answer = try #require(
      try model.generate([[1, 5, 9]], settings, draw: Support.sampling).first)
    let read = try model.logProbs([([1, 5, 9], answer.tokens)], recording: false).values.array
    // The two ways of multiplying sum in other orders.
    #expect(Support.distance(read, answer.logProbs) < 1e-4)
  }

  @Test func copiesHaveAdaptersOfTheirOwnOnTheSameWeights() throws {
    let model = try fresh()
    try stir(model)
    let copy = model.copy()
    #expect(try copy.logits([1, 5]).array == model.logits([1, 5]).array)
    #expect(zip(copy.family.parameters, model.family.parameters).allSatisfy { $0 === $1 })
    let pair = try #require(copy.adapter?.pairs.first)
    let before = try model.logits([1, 5]).array
    pair.b.value = pair.b.value + 1
    #expect(try model.logits([1, 5]).array == before)
    #expect(try copy.logits([1, 5]).array != before)
    #expect(!copy.isFrozen && copy.parameters.count { !$0.isFrozen } == 8)
  }

  @Test func aTrunkKeepsTheAdapterButForTheOutputLayer() throws {
    let model = try fresh(targets: ["q_proj", "lm_head"])
    try stir(model)
    let trunk = model.trunk()
    #expect(trunk.adapter?.pairs.map(\.layer) == model.adapter?.pairs.map(\.layer).dropLast())
    let batch = PackedBatch([[1, 5, 9]])
    #expect(
      trunk.family.hidden(batch, recording: false).array
        == model.family.hidden(batch, recording: false).array)
  }

  @Test func aWholeFolderKeepsTheAdapterBesideTheBase() throws {
    let model = try fresh()
    try stir(model)
    try Support.withFolder { folder in
      try model.save(folder: folder)
      let again = try LanguageModel.load(folder: folder)
      #expect(again.parameters.map(\.name) == model.parameters.map(\.name))
      #expect(try again.logits([1, 5]).array == model.logits([1, 5]).array)
      #expect(again.parameters.map(\.isFrozen) == model.parameters.map(\.isFrozen))
      // Another model saved there takes the adapter away.
      try model.merge()
      try model.save(folder: folder)
      let merged = try LanguageModel.load(folder: folder)
      #expect(merged.adapter == nil)
      #expect(try merged.logits([1, 5]).array == model.logits([1, 5]).array)
    }
  }

  // MARK: Wrong input

  @Test func refusesTargetsAndRanksThatCannotBe() throws {
    #expect(
      Support.error { try fresh(targets: ["q_prj"]) }
        == .setting(
          name: "targets", found: "\"q_prj\"",
          wanted: "layers of this model: q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, "
            + "down_proj, lm_head"))
    #expect(Support.error { try fresh(rank: 999) } != nil)
    #expect(Support.error { try fresh(targets: []) } != nil)
    let model = try fresh()
    #expect(
      Support.error { try model.addLoRA(.init(targets: ["q_proj"]), draw: Support.draw) } != nil)
    #expect(Support.error { try Support.model().merge() } != nil)
    #expect(Support.error { try model.unmerge() } != nil)
  }

  @Test(arguments: [
    ("use_dora", "true"), ("bias", "\"all\""), ("modules_to_save", "[\"lm_head\"]"),
    ("alpha_pattern", "{\"q_proj\": 3}"), ("init_lora_weights", "\"pissa\""),
    ("peft_type", "\"LOHA\""), ("layer_replication", "[[0, 2]]"), ("lora_bias", "true"),
    ("something_new", "1"), ("r", "0"), ("lora_alpha", "-1"), ("use_rslora", "\"x\""),
  ])
  func refusesFieldsThatChangeTheArithmetic(_ field: String, _ value: String) throws {
    let model = try base("untied")
    try Support.withFolder { scratch in
      var config = try #require(
        Support.json(URL(fileURLWithPath: folder("llama") + "/adapter_config.json")).objectValue)
      config[field] = try JSON.parse(value)
      try Support.write(JSON.object(config).serialized(), scratch + "/adapter_config.json")
      try Support.write(
        Support.read(folder("llama") + "/adapter_model.safetensors"),
        scratch + "/adapter_model.safetensors")
      let error = Support.error { try model.loadAdapter(folder: scratch) }
      #expect(error?.description.contains(field) == true, "\(String(describing: error))")
      #expect(model.adapter == nil && !model.isFrozen)
    }
  }

  @Test func refusesAnAdapterOfAnotherModel() throws {
    let error = Support.error { try base("gpt2").loadAdapter(folder: folder("llama")) }
    guard case .unexpectedTensor = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    let shape = Support.error { try base("grouped").loadAdapter(folder: folder("llama")) }
    guard case .wrongShape = shape else {
      Issue.record("\(String(describing: shape))")
      return
    }
  }
}
