import RLXTensor
import Testing

extension EngineSuite {
  @Suite struct TokenScoreTests {
    /// Differences of numbers of size 20 in float.
    static let tolerance = Tolerance(absolute: 2e-5, relative: 1e-6)

    @Test(arguments: instructionSets, [1, 7, 33, 1023])
    func onePassAgreesWithItsReference(isa: String, V: Int) {
      using(instructionSet: isa) {
        let R = 9
        let logits = tensor([R, V], seed: V, in: -12...12)
        let lanes = Reference.lanes(logits, axis: 1)
        let targets = (0..<R).map { Int32(($0 * 31 + V - 1) % V) }
        let scores = logits.tokenScores(targets, temperature: 0.5)
        let scaled = lanes.map { $0.map { $0 * 2 } }
        expectClose(
          scores.logProbs,
          zip(scaled, targets).map { $0[Int($1)] - Reference.logSumExp($0) }, Self.tolerance, isa)
        expectClose(
          scores.entropies,
          scaled.map { lane in
            Reference.softmax(lane).reduce(0) { $0 - ($1 > 0 ? $1 * Reference.log($1) : 0) }
          },
          Self.tolerance, isa)
        let best = lanes.map { lane in Int32(lane.firstIndex(of: lane.max() ?? 0) ?? -1) }
        #expect(scores.best == best)
        #expect(logits.argmaxRows() == best)
      }
    }

    /// The gradient takes the memory of logits that nobody holds, and leaves those that somebody does.
    @Test(arguments: instructionSets)
    func theGradientIsTheSameInTheLogitsMemory(isa: String) throws {
      try using(instructionSet: isa) {
        let x = tensor([40, 8], seed: 1)
        let targets = (0..<40).map { Int32($0 % 33) }
        func gradient(holding: Bool) throws -> [Float] {
          let weight = Parameter("w", tensor([33, 8], seed: 2))
          if holding {
            let logits = x.linear(weight.tracked)
            let before = logits.array
            try (logits.tokenLogProbs(targets) * tensor([40], seed: 3)).sum().backward()
            #expect(logits.array == before)
          } else {
            try (x.linear(weight.tracked).tokenLogProbs(targets) * tensor([40], seed: 3)).sum()
              .backward()
          }
          return try #require(weight.gradient).array
        }
        let (held, free) = (try gradient(holding: true), try gradient(holding: false))
        #expect(held == free)
      }
    }

    /// [R, V] of 4 MiB is there once: the peak of a backward pass stays below two of them.
    @Test func theLogitsAreThereOnce() throws {
      let (R, V, C) = (1024, 1024, 8)
      let x = tensor([R, C], seed: 1)
      let weight = Parameter("w", tensor([V, C], seed: 2))
      Engine.resetPeak()
      let before = Engine.liveBytes
      try x.linear(weight.tracked).tokenLogProbs([Int32](repeating: 5, count: R)).mean().backward()
      #expect(Engine.peakBytes - before < 2 * 4 * R * V)
    }

    @Test(arguments: instructionSets)
    func infinitiesAndNaNAreWhatTheyAre(isa: String) {
      using(instructionSet: isa) {
        let inf = Float.infinity
        var row = [Float](repeating: -inf, count: 40)
        row[17] = 3
        let sure = Tensor(row, [1, 40]).tokenScores([17])
        #expect(sure.logProbs.array == [0] && sure.entropies.array == [0] && sure.best == [17])
        row[30] = .nan
        let lost = Tensor(row, [1, 40]).tokenScores([17])
        #expect(lost.logProbs.array[0].isNaN && lost.best == [30])
        row[30] = inf
        #expect(Tensor(row, [1, 40]).tokenScores([17]).logProbs.array[0].isNaN)
        let none = Tensor([], [0, 7]).tokenScores([])
        #expect(none.logProbs.count == 0 && none.best.isEmpty)
      }
    }
  }
}
