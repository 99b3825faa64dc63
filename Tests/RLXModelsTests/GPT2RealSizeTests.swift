import Foundation
import RLXModels
import RLXTensor
import Testing

private enum GPT2RealSize {
  static let folder = ProcessInfo.processInfo.environment["RLX_REAL_GPT2"]
}

/// A GPT-2 of 124 million random weights against transformers. Runs where
/// `scripts/golden/real_size_gpt2.py` has put the model and its values, in the folder RLX_REAL_GPT2
/// names.
@Suite(
  .serialized,
  .enabled(if: GPT2RealSize.folder != nil, "scripts/golden/real_size_gpt2.py runs it"))
struct GPT2RealSizeTests {
  /// float32 through twelve layers, relative to the largest number of a tensor.
  static let tolerance: Float = 1e-4

  private func values(_ name: String) throws -> [Float] {
    let path = try #require(GPT2RealSize.folder) + "/values.safetensors"
    return try Checkpoint(path).tensor(named: name).array
  }

  private func expectClose(_ found: [Float], _ wanted: [Float], _ name: String) {
    let gap = Support.distance(found, wanted) / (wanted.map(abs).max() ?? 0)
    print("\(name): differs by \(gap) of its largest")
    #expect(gap < Self.tolerance, "\(name)")
  }

  private func timed<Result>(_ what: String, _ body: () throws -> Result) rethrows -> Result {
    let began = ContinuousClock.now
    defer { print("rlx: \(what) in \(ContinuousClock.now - began), at most \(memory) GB") }
    return try body()
  }

  /// The most memory this process has held, in GB.
  private var memory: Double {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") } ?? ""
    return (line.split(separator: " ").compactMap { Double($0) }.first ?? 0) / 1e6
  }

  @Test func logitsGreedyAnswersAndGradientsAgreeWithTransformers() throws {
    let folder = try #require(GPT2RealSize.folder) + "/model"
    let model = try timed("loaded") { try LanguageModel.load(folder: folder) }
    let ids = try values("ids").map { Int32($0) }
    let logits = try timed("\(ids.count) tokens forward") { try model.logits(ids) }
    let V = model.config.vocabulary
    expectClose(Array(logits.array.suffix(16 * V)), try values("logits"), "logits")

    let wanted = try values("greedy").map { Int32($0) }
    let settings = GenerationSettings(
      maxTokens: wanted.count, temperature: 0, ignoreEnd: true)
    let answer = try timed("\(wanted.count) tokens generated") {
      try model.generate([Array(ids.prefix(16))], settings, draw: Support.sampling)
    }
    #expect(answer[0].tokens == wanted)

    let loss = try timed("forward and backward") {
      let loss = try model.loss(ids: ids)
      try loss.backward()
      return loss.item
    }
    expectClose([loss], try values("loss"), "loss")
    for name in try Checkpoint(try #require(GPT2RealSize.folder) + "/values.safetensors").names
    where name.hasPrefix("d/") {
      let parameter = try #require(model.parameters.first { "d/" + $0.name == name })
      expectClose(try #require(parameter.gradient).array, try values(name), name)
    }
  }
}
