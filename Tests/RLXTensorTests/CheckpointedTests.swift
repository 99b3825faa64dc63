import RLXTensor
import Testing

extension EngineSuite {
  @Suite struct CheckpointedTests {
    /// Three layers with parameters of their own over x [N, C], each checkpointed or not.
    static func trace(checkpointed: Bool, freezesInput: Bool = false) throws -> [[Float]] {
      let (N, C) = (37, 24)
      let x = Parameter("x", tensor([N, C], seed: 1))
      x.isFrozen = freezesInput
      let weights = (0..<3).map {
        Parameter("w\($0)", tensor([C, C], seed: 2 + $0, in: -0.3...0.3))
      }
      let scale = Parameter("scale", tensor([C], seed: 8, in: 0.5...1.5))
      var y = x.tracked
      for weight in weights {
        let layer = { (x: Tensor) -> Tensor in
          let h = x.rmsNorm(scale.tracked, eps: 1e-5).linear(weight.tracked).silu()
          return x
            + Tensor.causalAttention(
              q: h, k: h, v: h, offsets: [0, 20, 37], heads: 3, kvHeads: 3, scale: 0.3)
        }
        y = checkpointed ? .checkpointed(y, layer) : layer(y)
      }
      let loss = (y * y).mean()
      try loss.backward()
      return [y.array, [loss.item]]
        + ([x, scale] + weights).compactMap(\.gradient).map(\.array)
    }

    /// `scale` is used in three layers: its gradient is the sum of three parts, added as they come,
    /// last layer first, with and without.
    @Test(arguments: [false, true])
    func checkpointsChangeNoBit(freezesInput: Bool) throws {
      let plain = try Self.trace(checkpointed: false, freezesInput: freezesInput)
      let again = try Self.trace(checkpointed: true, freezesInput: freezesInput)
      #expect(plain.count == (freezesInput ? 6 : 7))
      #expect(plain == again)
    }

    /// Eight layers of eight tensors each: without checkpoints all are alive at once.
    @Test func checkpointsHoldOneLayerAtATime() throws {
      func peak(checkpointed: Bool) throws -> Int {
        let weight = Parameter("w", tensor([64, 64], seed: 3, in: -0.2...0.2))
        Engine.resetPeak()
        let before = Engine.liveBytes
        var y = tensor([4096, 64], seed: 1)
        for _ in 0..<8 {
          let layer = { (x: Tensor) -> Tensor in
            var h = x
            for _ in 0..<4 { h = h.linear(weight.tracked).tanh() }
            return x + h
          }
          y = checkpointed ? .checkpointed(y, layer) : layer(y)
        }
        try y.mean().backward()
        return Engine.peakBytes - before
      }
      let plain = try peak(checkpointed: false)
      let checkpointed = try peak(checkpointed: true)
      #expect(checkpointed * 2 < plain, "\(checkpointed) of \(plain) bytes")
    }

    @Test func nothingTrackedIsNotRecorded() {
      let y = Tensor.checkpointed(tensor([3, 4])) { $0 * 2 }
      #expect(!y.tracksGradient)
    }
  }
}
