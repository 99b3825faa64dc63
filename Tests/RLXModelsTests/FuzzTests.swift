import RLXFuzzing
import Testing

/// Readers over changed inputs; `scripts/fuzz` runs them for longer, with sanitizers.
@Suite struct FuzzTests {
  @Test(arguments: FuzzTarget.all.map(\.name)) func survivesChangedInputs(name: String) throws {
    let target = try #require(FuzzTarget.named(name))
    var inputs = Mutations(of: target, seed: 17)
    #expect(inputs.hasSeeds)
    for seed in target.seeds() { target.run(seed) }
    for _ in 0..<600 { target.run(inputs.next()) }
  }
}
