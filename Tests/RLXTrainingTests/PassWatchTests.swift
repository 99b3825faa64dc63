import RLXModels
import RLXTensor
import RLXTestSupport
import RLXTraining
import Testing

/// Stopping in the middle of a pass: work left out and work thrown away come to the same state.
@Suite(.serialized) struct PassWatchTests {
  private final class Count { var passes = 0 }

  /// What `body` throws if it is stopped at the end of the nth pass. `leavingOut`: as in life, where
  /// work is left out from the end of the pass before; else as in a replay, which does it all.
  private func stopping(
    at n: Int, leavingOut: Bool, _ body: () throws -> Void
  ) -> (error: (any Error)?, passes: Int) {
    let count = Count()
    PassWatch.current = PassWatch(
      wantsStop: { leavingOut && count.passes == n - 1 },
      stopsAfterPass: {
        count.passes += 1
        return count.passes == n
      })
    defer { PassWatch.current = nil }
    do {
      try body()
      return (nil, count.passes)
    } catch {
      return (error, count.passes)
    }
  }

  private func bits(_ state: any ResumableTrainer) -> [UInt32] {
    state.stateTensors.flatMap { $0.tensor.array.map(\.bitPattern) }
  }

  private let examples: [SFT.Example] = (0..<4).map {
    SFT.Example(completion: Fixture.tokens(5, seed: UInt64($0)))
  }

  @Test func aStepOfSFTIsDroppedWhole() throws {
    var settings = SFT.Settings()
    (settings.batchSize, settings.gradientAccumulationSteps) = (2, 2)
    let whole = try SFT(Fixture.policy(), settings, draws: Fixture.draws)
    let (none, passes) = stopping(at: .max, leavingOut: true) {
      try whole.run(examples, steps: 1)
    }
    #expect(none == nil && passes >= 4, "forward and backward, twice")
    for n in 1...passes {
      for leavingOut in [true, false] {
        let sft = try SFT(Fixture.policy(), settings, draws: Fixture.draws)
        let before = bits(sft)
        let (error, _) = stopping(at: n, leavingOut: leavingOut) {
          try sft.run(examples, steps: 1)
        }
        #expect(error as? ModelError == .stopped)
        #expect(bits(sft) == before)
        #expect(sft.log.count == 0)
        #expect(sft.model.parameters.allSatisfy { $0.gradient == nil })
      }
    }
  }

  @Test func aStepOfPPOStopsInTheSameStateWhetherWorkWasLeftOutOrDone() throws {
    func trainer() throws -> PPO {
      var settings = PPO.Settings()
      (settings.maxTokens, settings.miniBatchSize, settings.ppoEpochs) = (5, 2, 2)
      settings.optimizer.learningRate = 1e-3
      return try PPO(
        policy: Fixture.policy(), reward: EvenTokens(), settings: settings, draws: Fixture.draws)
    }
    let (none, passes) = stopping(at: .max, leavingOut: true) {
      try trainer().step(Fixture.prompts(4))
    }
    #expect(none == nil && passes > 8)
    for n in 1...passes {
      let (live, replayed) = (try trainer(), try trainer())
      let (error, _) = stopping(at: n, leavingOut: true) { try live.step(Fixture.prompts(4)) }
      let (again, _) = stopping(at: n, leavingOut: false) {
        try replayed.step(Fixture.prompts(4))
      }
      #expect(error as? ModelError == .stopped)
      #expect(again as? ModelError == .stopped)
      #expect(bits(live) == bits(replayed), "at pass \(n)")
      #expect(bits(live).allSatisfy { Float(bitPattern: $0).isFinite })
      #expect(live.log.count == 0)
    }
  }

  @Test func withoutAWatchNothingIsAsked() throws {
    let policy = try Fixture.policy()
    PassWatch.current = nil  // tests share threads, and a session may have left its own on this one
    let expected = try policy.logits([1, 4, 5]).array
    PassWatch.current = PassWatch(wantsStop: { true }, stopsAfterPass: { true })
    #expect(throws: ModelError.stopped) { try policy.logits([1, 4, 5]) }
    PassWatch.current = nil
    #expect(try policy.logits([1, 4, 5]).array == expected)
  }
}
