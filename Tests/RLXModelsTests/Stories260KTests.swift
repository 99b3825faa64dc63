import Foundation
import RLXModels
import RLXTensor
import RLXTestSupport
import Testing

/// The published model stories260K says what its author says it says. Skipped where it is not there.
@Suite(.serialized) struct Stories260KTests {
  private func load() throws -> LanguageModel? {
    guard let folder = Repository.shared("models/stories260K") else {
      print("skipped: the folder of real models is not there")
      return nil
    }
    return try LanguageModel.load(folder: folder.path)
  }

  static let published = """
    Once upon a time, there was a little girl named Lily. She loved to play outside in the park. \
    One day, she saw a big, red ball. She wanted to play with it, but it was too high.
    Lily's mom said, "Lily, let's go to the park."
    """

  @Test func greedyTextIsThePublishedOne() throws {
    guard let model = try load() else { return }
    #expect(model.name == "stories260K")
    #expect(model.parameterCount == 260_032)
    #expect(model.stopTokens == [2, 1])
    let prompt = "Once upon a time"
    let settings = GenerationSettings(maxTokens: 120, temperature: 0)
    let answers = try model.generate(
      [model.tokenizer.encode(prompt)], settings, draw: Support.sampling)
    #expect((prompt + answers[0].text).hasPrefix(Self.published))
  }

  @Test func savesAndLoadsToTheSameBits() throws {
    guard let model = try load() else { return }
    try Support.withFolder { folder in
      try model.save(folder: folder + "/a/b")
      let again = try LanguageModel.load(folder: folder + "/a/b/")
      #expect(again.stopTokens == model.stopTokens)
      #expect(again.config == model.config)
      for (old, new) in zip(model.parameters, again.parameters) {
        #expect(old.name == new.name && old.value.array == new.value.array, "\(old.name)")
      }
      let source = try #require(Repository.shared("models/stories260K")).path
      for name in ["tokenizer.json", "generation_config.json", "tokenizer_config.json"] {
        #expect(try Support.read(folder + "/a/b/" + name) == Support.read(source + "/" + name))
      }
    }
  }
}
