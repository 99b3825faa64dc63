import Glibc
import RLXTensor
import Testing

extension EngineSuite {
  @Suite struct ThreadTests {
    /// One forward and backward pass through everything a model uses, with its results as bits.
    static func trace() throws -> [[UInt32]] {
      let (N, C, V) = (700, 48, 300)
      let ids = (0..<N).map { Int32(($0 * 7) % V) }
      let table = Parameter("table", tensor([V, C], seed: 1))
      let norm = Parameter("norm", tensor([C], seed: 2, in: 0.5...1.5))
      let bias = Parameter("bias", tensor([C], seed: 3))
      let q = Parameter("q", tensor([C, C], seed: 4, in: -0.2...0.2))
      let k = Parameter("k", tensor([C / 2, C], seed: 5, in: -0.2...0.2))
      let x = Tensor.embedding(table.tracked, ids)
      let h = x.rmsNorm(norm.tracked, eps: 1e-5)
        .layerNorm(norm.tracked, bias.tracked, eps: 1e-5)
      let positions = (0..<N).map { Int32($0 % 200) }
      let rope = ropeTable(200, 8)
      let keys = h.linear(k.tracked)
      let o = Tensor.causalAttention(
        q: h.linear(q.tracked).rope(positions, heads: 6, table: rope),
        k: keys.rope(positions, heads: 3, table: rope), v: keys,
        offsets: [0, 200, 200, 413, 500, 700], heads: 6, kvHeads: 3, scale: 0.35)
      let y = x + Tensor.swiglu(gate: o, up: h.linear(q.tracked, bias: bias.tracked))
      let logits = y.linear(table.tracked)
      let entropy = logits.tokenEntropy().mean()
      let logProbs = logits.tokenLogProbs(ids)
      let parts = [
        logits, logProbs, entropy, logits.softmax(axis: -1).sum(axis: 0),
        logits.exp().mean(axis: 0),
        logits.sum(), logits.tanh() * bias.value.sum(), logits.max(axis: 0),
      ].map { $0.detached() }
      try (logProbs.mean() * -1 - entropy * 0.1).backward()
      let parameters = [table, norm, bias, q, k]
      let optimizer = AdamW(parameters, AdamW.Settings(learningRate: 1e-2, weightDecay: 0.1))
      let before = clipGradients(parameters, maxNorm: 0.1)
      optimizer.step()
      let after = parameters.compactMap(\.gradient) + parameters.map(\.value) + [.scalar(before)]
      return (parts + after).map { $0.array.map(\.bitPattern) }
    }

    @Test(arguments: instructionSets)
    func sameBitsForAnyNumberOfThreads(isa: String) throws {
      try using(instructionSet: isa) {
        let one = try using(threads: 1) { try Self.trace() }
        for threads in [2, 3, 4] {
          let many = try using(threads: threads) { try Self.trace() }
          for (index, pair) in zip(one, many).enumerated() where pair.0 != pair.1 {
            Issue.record("part \(index) differs with \(threads) threads on \(isa)")
          }
        }
      }
    }

    @Test func instructionSetsAgree() throws {
      let traces = try instructionSets.map { isa in
        try using(instructionSet: isa) { try Self.trace() }.map { $0.map { Float(bitPattern: $0) } }
      }
      guard let widest = traces.last else { return }
      // Fused multiplication and addition rounds once instead of twice. All but the parameters after
      // Adam's first step, which for a gradient of rounding errors alone is the sign of the error.
      let tolerance = Tolerance(absolute: 2e-3, relative: 2e-4)
      for (isa, trace) in zip(instructionSets, traces) {
        for (part, wide) in zip(trace, widest).prefix(13) {
          expectClose(Tensor(part, [part.count]), wide.map(Double.init), tolerance, isa)
        }
      }
    }

    @Test func theEnvironmentCapsTheInstructionSet() async {
      await #expect(processExitsWith: .success) {
        setenv("RLX_ISA", "baseline", 1)
        guard Engine.instructionSet == "baseline" else { exit(1) }
        guard Tensor([1, 2], [2]).sum().item == 3 else { exit(2) }
      }
    }

    @Test func threadsAreAtLeastOne() {
      using(threads: 1) {
        Engine.threads = -3
        #expect(Engine.threads == 1)
      }
    }

    @Test func unknownInstructionSetsAreRefused() {
      let before = Engine.instructionSet
      #expect(!Engine.use(instructionSet: "sse9"))
      #expect(Engine.instructionSet == before)
    }
  }
}
