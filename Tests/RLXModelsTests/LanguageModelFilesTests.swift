import Foundation
import RLXData
import RLXModels
import RLXTensor
import RLXTestSupport
import Testing

@Suite(.serialized) struct LanguageModelFilesTests {
  /// Saves a fresh model, lets `change` spoil the folder, and returns the error of loading it.
  private func error(
    tied: Bool = false, after change: (String) throws -> Void
  ) throws -> ModelError? {
    try Support.withFolder { folder in
      try Support.model(tied: tied).save(folder: folder)
      try change(folder)
      return Support.error { try LanguageModel.load(folder: folder) }
    }
  }

  private func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: path) }

  @Test(arguments: [true, false]) func loadsWhatItSavedToTheSameBits(tied: Bool) throws {
    let model = try Support.model(tied: tied)
    try Support.withFolder { folder in
      try model.save(folder: folder)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      #expect(
        names == ["config.json", "generation_config.json", "model.safetensors", "tokenizer.json"])
      let again = try LanguageModel.load(folder: folder)
      #expect(again.config == model.config && again.stopTokens == model.stopTokens)
      #expect(again.parameters.map(\.name) == model.parameters.map(\.name))
      for (old, new) in zip(model.parameters, again.parameters) {
        #expect(old.value.array == new.value.array)
      }
      let ids: [Int32] = [1, 300, 301, 302]
      #expect(try again.logits(ids).array == model.logits(ids).array)
      // Over what is there: the same again.
      try again.save(folder: folder)
      #expect(try LanguageModel.load(folder: folder).logits(ids).array == model.logits(ids).array)
    }
  }

  @Test(arguments: ["config.json", "model.safetensors", "tokenizer.json"])
  func aMissingFileIsNamed(name: String) throws {
    let found = try #require(try error { try remove($0 + "/" + name) })
    #expect(found.isMissingFile)
    #expect(found.file?.hasSuffix("/" + name) == true)
  }

  @Test func aMissingFolderIsAMissingFile() {
    let found = Support.error { try LanguageModel.load(folder: "/no/such/folder") }
    #expect(found?.isMissingFile == true)
  }

  @Test func generationConfigMayBeMissing() throws {
    #expect(try error { try remove($0 + "/generation_config.json") } == nil)
  }

  @Test(arguments: [0, 7, 100, 5000]) func truncatedWeightsAreAnError(bytes: Int) throws {
    let found = try #require(
      try error { folder in
        let path = folder + "/model.safetensors"
        try Support.write(Array(Support.read(path).prefix(bytes)), path)
      })
    guard case .brokenFile = found else {
      Issue.record("\(found)")
      return
    }
    #expect(found.description.contains("model.safetensors"))
  }

  @Test(arguments: ["config.json", "generation_config.json", "tokenizer.json"])
  func truncatedConfigurationsAreErrors(name: String) throws {
    let found = try #require(
      try error { folder in
        let path = folder + "/" + name
        try Support.write(Support.read(path).dropLast(3) + [], path)
      })
    #expect(found.file?.hasSuffix(name) == true)
  }

  /// Rewrites the weights of a folder.
  private func rewrite(
    _ folder: String, _ change: (inout [(name: String, tensor: Tensor)]) -> Void
  ) throws {
    let path = folder + "/model.safetensors"
    let checkpoint = try Checkpoint(path)
    var tensors = try checkpoint.names.map { (name: $0, tensor: try checkpoint.tensor(named: $0)) }
    change(&tensors)
    try Checkpoint.write(tensors, to: path)
  }

  @Test func tensorsThatAreMissingWrongOrTooManyAreNamed() throws {
    let missing = try error { folder in
      try rewrite(folder) { $0.removeAll { $0.name == "model.norm.weight" } }
    }
    guard case .missingTensor("model.norm.weight", _)? = missing else {
      Issue.record("\(String(describing: missing))")
      return
    }
    let wrong = try error { folder in
      try rewrite(folder) { $0[0].tensor = $0[0].tensor.transposed() }
    }
    guard case .wrongShape("model.embed_tokens.weight", _, [420, 32], [32, 420])? = wrong else {
      Issue.record("\(String(describing: wrong))")
      return
    }
    let extra = try error { folder in
      try rewrite(folder) { $0.append(("model.layers.0.self_attn.q_norm.weight", .ones([8]))) }
    }
    guard case .unexpectedTensor("model.layers.0.self_attn.q_norm.weight", _)? = extra else {
      Issue.record("\(String(describing: extra))")
      return
    }
  }

  @Test(arguments: [Float.nan, .infinity]) func weightsThatAreNoNumbersAreNamed(value: Float) throws
  {
    let found = try error { folder in
      try rewrite(folder) { tensors in
        var values = tensors[3].tensor.array
        values[values.count - 1] = value
        tensors[3].tensor = Tensor(values, tensors[3].tensor.shape)
      }
    }
    guard case .notFiniteTensor(let name, let file)? = found else {
      Issue.record("\(String(describing: found))")
      return
    }
    #expect(name.hasSuffix("_proj.weight") && file.hasSuffix("model.safetensors"))
  }

  @Test func whatSaysTheSameTwiceMayBeThere() throws {
    let found = try error(tied: true) { folder in
      try rewrite(folder) {
        $0.append(("lm_head.weight", $0[0].tensor))
        $0.append(("model.layers.0.self_attn.rotary_emb.inv_freq", .ones([4])))
      }
    }
    #expect(found == nil)
  }

  @Test func anUntiedModelWithoutAHeadSaysWhatToTry() throws {
    let found = try #require(
      try error { folder in try rewrite(folder) { $0.removeAll { $0.name == "lm_head.weight" } } })
    #expect(found.description.contains("tie_word_embeddings"))
  }

  @Test func aPlaceThatCannotBeWrittenIsAnError() throws {
    let model = try Support.model()
    for folder in ["/proc/nothing/here", "", "/dev/null/x"] {
      guard case .unwritable? = Support.error(of: { try model.save(folder: folder) }) else {
        Issue.record("\(folder) was written")
        return
      }
    }
  }

  @Test func everyErrorSaysWhereWhatAndWhatWasWanted() {
    let all: [ModelError] = [
      .missingFile(path: "p"), .brokenFile(path: "p", found: "f", wanted: "w"),
      .unwritable(path: "p", reason: "r"), .missingTensor(name: "n", file: "p"),
      .unexpectedTensor(name: "n", file: "p"),
      .wrongShape(tensor: "n", file: "p", wanted: [1], found: [2]),
      .unsupportedFormat(tensor: "n", file: "p", found: "I8"),
      .notFiniteTensor(name: "n", file: "p"), .missingField(name: "n", file: "p"),
      .wrongField(name: "n", file: "p", found: "f", wanted: "w"),
      .unsupportedField(name: "n", file: "p", found: "f", supported: "s"),
      .unknownFamily(found: "f", file: "p", known: ["k"]),
      .unknownTokenizerPart(part: "n", file: "p", found: "f", known: ["k"]),
      .missingTokenizerPart(part: "n", file: "p"), .contextExceeded(tokens: 2, context: 1),
      .tokenOutsideVocabulary(token: 9, vocabulary: 8),
      .tooFewTokens(what: "n", found: 0, wanted: 1),
      .setting(name: "n", found: "f", wanted: "w"), .notFinite(what: "n"),
      .nothingToSample(vocabulary: 3),
    ]
    for error in all {
      #expect(!error.given.isEmpty && !error.wanted.isEmpty)
      #expect(error.description.contains(error.given))
      #expect(error.description.contains("wanted " + error.wanted))
      if let file = error.file { #expect(error.description.hasPrefix(file + ": ")) }
    }
    #expect(all.filter(\.isMissingFile) == [.missingFile(path: "p")])
  }
}
