import RLXModels
import RLXTensor
import Testing

@Suite(.serialized) struct DTypeTests {
  static let ids: [Int32] = [1, 40, 7, 22, 90, 3, 3, 61, 200, 17, 80, 300, 5, 44, 2, 101]
  static let families = ModelConfig.Family.allCases

  /// How far log-probabilities of these small models with large weights may lie from those in float32, in
  /// nats: two layers of products, each factor rounded by up to 1/512 of itself in bf16, of logits around
  /// 10. In q8 a rounding is up to half of 1/127 of the largest of 32, which is four times as much on
  /// average.
  static func tolerance(_ dtype: DType) -> Float {
    switch dtype {
    case .float32: 1e-4
    case .bfloat16: 0.3
    case .int8: 1.2
    }
  }

  private func logProbs(_ model: LanguageModel) throws -> [Float] {
    try model.logProbs([(prompt: [Self.ids[0]], response: Array(Self.ids[1...]))], recording: false)
      .values.array
  }

  @Test(arguments: families, [DType.bfloat16, .int8])
  func readsAlmostAsFloat32Does(family: ModelConfig.Family, dtype: DType) throws {
    let wanted = try logProbs(Support.model(family))
    let model = try Support.model(family, dtype: dtype)
    model.freeze()
    let distance = Support.distance(try logProbs(model), wanted)
    #expect(distance > 0 && distance < Self.tolerance(dtype))
  }

  @Test(arguments: families, DType.allCases)
  func theTokensDrawnHaveTheLogProbabilitiesThatReadingFinds(
    family: ModelConfig.Family, dtype: DType
  ) throws {
    let model = try Support.model(family, dtype: dtype)
    model.freeze()
    let settings = GenerationSettings(maxTokens: 24, n: 2, ignoreEnd: true)
    let answers = try model.generate([[1, 300, 7], [1]], settings, draw: Support.sampling)
    for answer in answers {
      let read = try model.logProbs([(answer.promptTokens, answer.tokens)], recording: false)
      // Attention sums in another order when it reads; what lies between two numbers of a format may
      // then be rounded to the other.
      let tolerance: Float = dtype == .float32 ? 1e-3 : Self.tolerance(dtype) / 10
      #expect(Support.distance(read.values.array, answer.logProbs) < tolerance)
    }
  }

  @Test(arguments: families, DType.allCases)
  func aPromptAloneGivesWhatItGivesInABatch(family: ModelConfig.Family, dtype: DType) throws {
    let model = try Support.model(family, dtype: dtype)
    let settings = GenerationSettings(maxTokens: 20)
    let prompts = GenerationTests.prompts
    let together = try model.generate(prompts, settings, draw: Support.sampling)
    for (row, prompt) in prompts.enumerated() {
      let alone = try model.generate([prompt], settings, draw: Support.sampling, firstRow: row)
      #expect(alone[0].tokens == together[row].tokens)
      #expect(alone[0].logProbs == together[row].logProbs)
    }
  }

  @Test(arguments: families) func aFrozenModelKeepsNoFloat32OfItsMatrices(
    family: ModelConfig.Family
  ) throws {
    let model = try Support.model(family, dtype: .bfloat16)
    #expect(!model.parameters.contains { $0.isCompact })
    let draws = { try model.generate([[1, 300]], .init(maxTokens: 9), draw: Support.sampling)[0] }
    let before = try draws()
    let shapes = model.parameters.map(\.shape)
    model.freeze()
    let compact = model.parameters.filter(\.isCompact)
    // All matrices but GPT-2's table of positions.
    #expect(compact.count == shapes.count { $0.rank == 2 } - (family == .gpt2 ? 1 : 0))
    #expect(model.parameters.map(\.shape) == shapes)
    #expect(try draws() == before)
  }

  @Test(arguments: families, [DType.bfloat16, .int8])
  func copiesAndFoldersGiveTheSameBits(family: ModelConfig.Family, dtype: DType) throws {
    let model = try Support.model(family, dtype: dtype)
    model.freeze()
    let wanted = try logProbs(model)
    let copy = model.copy()
    #expect(copy.dtype == dtype && copy.isFrozen == !dtype.trains)
    copy.freeze()
    #expect(try logProbs(copy) == wanted)
    try Support.withFolder { folder in
      try model.save(folder: folder)
      let again = try LanguageModel.load(folder: folder)
      #expect(again.dtype == dtype)
      again.freeze()
      #expect(try logProbs(again) == wanted)
      #expect(try LanguageModel.load(folder: folder, dtype: .float32).dtype == .float32)
    }
  }

  @Test func anUnknownDTypeInAFolderIsNamed() throws {
    let model = try Support.model(dtype: .bfloat16)
    try Support.withFolder { folder in
      try model.save(folder: folder)
      let path = folder + "/config.json"
      let text = String(decoding: try Support.read(path), as: UTF8.self)
      try Support.write(text.replacing("\"bf16\"", with: "\"bf17\""), path)
      #expect(
        Support.error { try LanguageModel.load(folder: folder) }
          == .unsupportedField(
            name: "rlx_dtype", file: path, found: "\"bf17\"",
            supported: "\"f32\", \"bf16\", \"q8\""))
    }
  }

  @Test func weightsOf8BitsAreFrozenFromTheBeginning() throws {
    let model = try Support.model(dtype: .int8)
    #expect(model.isFrozen && !model.dtype.trains)
    let loss = try model.loss(ids: Self.ids)
    #expect(!loss.tracksGradient)
  }
}
