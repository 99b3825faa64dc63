import Foundation
import RLXSession
import RLXTestSupport
import Testing

/// The examples that hold a formula typed by hand against what is built in. Their own assertions do
/// the comparing; a small random model is enough for that.
@Suite(.serialized) struct ByHandTests {
  private func run(_ name: String, _ arguments: [String]) async throws -> [String] {
    let console = TestConsole()
    var options = SessionOptions()
    options.arguments = arguments
    let session = try Session(options: options, console: console)
    #expect(await session.runFile(path(name)) == .done, "\(console.err)")
    return console.out.split(separator: "\n").map(String.init)
  }

  private func path(_ name: String) -> String {
    Repository.root.appendingPathComponent("examples/\(name)").path
  }

  @Test func theFormulaOfDPOIsTheTrainers() async throws {
    let lines = try await run("dpo.rlx", [SmallModel.folder, "3"])
    #expect(lines.count == 5)
    #expect(lines[0] == "step  1  by hand 0.693147  by the trainer 0.693147")
    #expect(lines[1] != lines[0].replacing("step  1", with: "step  2"), "something is learned")
  }

  @Test func ppoWrittenOutIsTheTrainers() async throws {
    let lines = try await run("ppo.rlx", [SmallModel.folder, "2"])
    #expect(lines.count { $0.contains("differ by") } == 12)
    #expect(lines.last?.hasPrefix("weights have gone") == true)
  }

  @Test func ppoWrittenOutIsShort() throws {
    let text = try String(contentsOfFile: path("ppo.rlx"), encoding: .utf8)
    let start = try #require(text.range(of: "# By hand"))
    let end = try #require(text.range(of: "# Now the trainer"))
    let code = text[start.lowerBound..<end.lowerBound].split(separator: "\n")
      .map { $0.drop { $0 == " " } }.filter { !$0.hasPrefix("#") && !$0.isEmpty }
    #expect((40..<60).contains(code.count))
  }

  @Test func aModelIsMadeFromText() async throws {
    let folder = try ScratchFolder()
    let names = ["Lily", "Tom", "Ben", "Sue", "Max"]
    let animals = ["dog", "cat", "bird", "frog", "fish", "duck"]
    let texts = names.flatMap { name in
      animals.flatMap { animal in
        ["red", "big", "kind", "sad"].map {
          "Once upon a time, \(name) saw a \($0) \(animal). They played all day."
        }
      }
    }
    let file = try folder.write(texts.joined(separator: "\n") + "\n", to: "texts.txt")
    let lines = try await run("pretrain.rlx", [file, "20"])
    #expect(lines[0] == "114 texts to learn from")
    let perplexities = lines.compactMap { line in
      line.range(of: "unseen text ").flatMap { Double(line[$0.upperBound...]) }
    }
    #expect(perplexities.count == 5)
    let (first, last) = (try #require(perplexities.first), try #require(perplexities.last))
    #expect(last < first && last < 60, "\(perplexities)")
  }
}
