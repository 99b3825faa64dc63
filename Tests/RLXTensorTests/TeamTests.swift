import RLXTensor
import Testing

extension EngineSuite {
  @Suite struct TeamTests {
    /// Enough for the team, whose threads share it out.
    @Sendable private static func sum(seed: Int) -> [Float] {
      let x = tensor([64, 300], seed: seed)
      return x.matmul(x.transposed()).softmax(axis: -1).sum(axis: 0).array
    }

    /// One caller has the team, the others work alone meanwhile.
    @Test func callersAtOnceGetWhatEachGetsAlone() async {
      let before = Engine.threads
      defer { Engine.threads = before }
      Engine.threads = 1
      let wanted = (0..<4).map { Self.sum(seed: $0) }
      for threads in [2, 3] {
        Engine.threads = threads
        let agree = await withTaskGroup(of: Bool.self) { group in
          for seed in 0..<4 {
            group.addTask { (0..<40).allSatisfy { _ in Self.sum(seed: seed) == wanted[seed] } }
          }
          return await group.reduce(true) { $0 && $1 }
        }
        #expect(agree)
      }
    }
  }
}
