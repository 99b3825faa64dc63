import Foundation
import RLXData
import RLXScript
import RLXSession
import RLXTestSupport
import Testing

/// The model nano: that it was made as its card says, and what it can do.
@Suite(.serialized) struct NanoModelTests {
  private let card = {
    let file = Repository.root.appendingPathComponent("Resources/nano/CARD.md")
    return (try? String(contentsOf: file, encoding: .utf8)) ?? ""
  }()

  /// The value of a row `| name | value |` of the card.
  private func card(_ name: String) throws -> String {
    let row = try #require(
      card.split(separator: "\n").first { $0.hasPrefix("| \(name) | ") }, "no row \(name)")
    return String(row.dropFirst("| \(name) | ".count).dropLast(2)).replacing("`", with: "")
  }

  private func hash(_ path: String) throws -> String { try SHA256.ofFile(path).0.hex }

  @Test func theFilesAreThoseOfTheCard() throws {
    let folder = Repository.root.appendingPathComponent("Resources/nano")
    for name in ["model.safetensors", "tokenizer.json"] {
      #expect(
        try hash(folder.appendingPathComponent(name).path) == card("sha256 of \(name)"))
    }
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    let bytes = try files.map { name in
      try folder.appendingPathComponent(name).resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
    }
    #expect(bytes.reduce(0, +) <= 8_000_000)
  }

  /// The same bits twice; on a machine of the kind that made nano, also the bits it went through.
  @Test func theFirstStepsOfItsTrainingRepeatBitForBit() throws {
    let scratch = try ScratchFolder()
    let hashes = try ["a", "b"].map { name in
      try ObjectBench().run(
        """
        use "nano/recipe.rlx" as recipe
        seed(recipe.training_seed)
        sft = recipe.trainer(recipe.fresh(Tokenizer("nano")))
        recipe.first_steps(sft)
        sft.policy.save("\(scratch.file(name))")
        """)
      return try hash(scratch.file(name) + "/model.safetensors")
    }
    #expect(hashes[0] == hashes[1])
    let header = SessionOptions.header
    guard try card("made on") == "\(header.machine) · \(header.engine)" else {
      print("nano was made on another kind of machine: its bits are not compared")
      return
    }
    #expect(try hashes[0] == card("sha256 after 50 steps"))
  }

  /// A short form of scripts/nano/measure.rlx, whose figures for 100 samples are on the card.
  @Test func itTellsWholeStoriesOfItsOwn() throws {
    let bench = ObjectBench()
    let samples = try bench.run(
      """
      seed(7)
      nano = Model("nano")
      prompts = Dataset("nano/prompts")["prompt"][0..14] + ["Once upon a time", "Lily and Tom",
        "One day, a dog", "The little bird", "Long ago", "Nobody"]
      samples = nano.generate(prompts, max_tokens: 230, temperature: 0.8)
      samples.list().map(fn(sample) => [sample.finish, sample.prompt + sample.text])
      """)
    let all = try (samples?.asElements() ?? []).map { try ($0.asElements() ?? []).map(\.printed) }
    #expect(all.count == 20)
    #expect(all.count { $0[0] == "stop" } >= 18)
    let words = all.map { $0[1].split(separator: " ") }
    let known = try Self.windows(
      of: 20,
      in: Dataset.open(Self.text).demonstrations().map { $0.completion.split(separator: " ") })
    #expect(known.count > 100_000)
    #expect(Self.windows(of: 20, in: words).isDisjoint(with: known))
    let repeats = words.map {
      1 - Double(Self.windows(of: 4, in: [$0]).count) / Double($0.count - 3)
    }
    #expect(repeats.reduce(0, +) / 20 <= 0.05)
    let perplexity = try bench.run("nano.perplexity(Dataset(\"nano/heldout\").take(40))")?.asDouble
    #expect(try abs(#require(perplexity) / #require(Double(card("held-out perplexity"))) - 1) < 0.2)
  }

  private static let text =
    Repository.root.appendingPathComponent("Resources/nano/text.jsonl.gz").path

  private static func windows(of n: Int, in texts: [[Substring]]) -> Set<ArraySlice<Substring>> {
    var found: Set<ArraySlice<Substring>> = []
    for words in texts where words.count >= n {
      for start in 0...words.count - n { found.insert(words[start..<start + n]) }
    }
    return found
  }

  @Test func itAnswersRequestsItWasNeverTrainedOn() throws {
    let found = try ObjectBench().run(
      """
      use "nano/gold.rlx" as gold
      use "nano/words.rlx"
      use "nano/world.rlx" as world
      seed(7)
      policy = Model("nano")
      SFT(policy, learning_rate: 5e-4, batch_size: 8).run(Dataset("nano/demos"), steps: 200);
      asked = held_back[0..20]
      prompts = asked.map(fn(word) => world.articles("Tell me about a \\(word)."))
      answers = policy.generate(prompts, max_tokens: 200, temperature: 0.8)
      (0..20).filter(fn(i) => asked[i] in gold.plain_words(answers[i].text)).len
      """)
    #expect(try #require(found?.asDouble) >= 15)
  }
}
