import RLXTensor
import Testing

extension EngineSuite {
  @Suite struct AttentionTests {
    static let scale: Float = 0.35

    /// Output and gradients of q, k and v for one loss, by separate tensors.
    static func separate(
      _ parts: [Tensor], _ offsets: [Int32], heads: Int, kvHeads: Int, window: Int = 0
    ) throws -> [Tensor] {
      let leaves = parts.enumerated().map { Parameter("\($0.offset)", $0.element) }
      let y = Tensor.causalAttention(
        q: leaves[0].tracked, k: leaves[1].tracked, v: leaves[2].tracked, offsets: offsets,
        heads: heads, kvHeads: kvHeads, scale: scale, window: window)
      try (y * tensor(y.shape, seed: 9)).sum().backward()
      return [y.detached()] + leaves.compactMap(\.gradient)
    }

    static func parts(_ N: Int, heads: Int, kvHeads: Int, D: Int) -> [Tensor] {
      [heads, kvHeads, kvHeads].enumerated().map {
        tensor([N, $0.element * D], seed: $0.offset + 1)
      }
    }

    /// Columns of one tensor are read where they lie: the same numbers, to the bit.
    @Test(arguments: instructionSets, [(4, 4, 8), (4, 2, 5), (2, 1, 24), (3, 3, 64), (1, 1, 33)])
    func packedColumnsGiveTheBitsOfSeparateTensors(isa: String, _ sizes: (Int, Int, Int)) throws {
      let (heads, kvHeads, D) = sizes
      let offsets: [Int32] = [0, 1, 1, 8, 41]
      try using(instructionSet: isa) {
        for window in [0, 7] {
          let parts = Self.parts(41, heads: heads, kvHeads: kvHeads, D: D)
          let expected = try Self.separate(
            parts, offsets, heads: heads, kvHeads: kvHeads, window: window)
          let all = Parameter("all", .concat(parts, axis: 1))
          let y = Tensor.causalAttention(
            packed: all.tracked, offsets: offsets, heads: heads, kvHeads: kvHeads,
            scale: Self.scale, window: window)
          try (y * tensor(y.shape, seed: 9)).sum().backward()
          #expect(y.array == expected[0].array)
          let gradient = try #require(all.gradient)
          #expect(gradient.array == Tensor.concat(Array(expected.dropFirst()), axis: 1).array)
        }
      }
    }

    /// One sequence of 1,100 tokens and one head: forward in parts of 256 queries, backward in two parts
    /// whose dk and dv are added. A row does not depend on how the queries were cut.
    @Test(arguments: instructionSets)
    func aLongSequenceIsCutWithoutChangingIt(isa: String) throws {
      try using(instructionSet: isa) {
        let (N, D) = (1100, 16)
        let parts = Self.parts(N, heads: 1, kvHeads: 1, D: D)
        let one = try using(threads: 1) {
          try Self.separate(parts, [0, Int32(N)], heads: 1, kvHeads: 1)
        }
        let four = try using(threads: 4) {
          try Self.separate(parts, [0, Int32(N)], heads: 1, kvHeads: 1)
        }
        for (a, b) in zip(one, four) { #expect(a.array == b.array) }
        let reference = Reference.attention(
          q: parts[0], k: parts[1], v: parts[2], offsets: [0, Int32(N)], heads: 1, kvHeads: 1,
          scale: Self.scale)
        expectClose(one[0], reference, FusedTests.attention, isa)
        // Nine heads of the same numbers are enough to share out, so nothing is cut: the sums of dk and
        // dv then go over all queries at once.
        let nine = parts.map { part in Tensor.concat(Array(repeating: part, count: 9), axis: 1) }
        let weights = Tensor.concat(
          Array(repeating: tensor([N, D], seed: 9), count: 9), axis: 1)
        let leaves = nine.enumerated().map { Parameter("\($0.offset)", $0.element) }
        let y = Tensor.causalAttention(
          q: leaves[0].tracked, k: leaves[1].tracked, v: leaves[2].tracked, offsets: [0, Int32(N)],
          heads: 9, kvHeads: 9, scale: Self.scale)
        try (y * weights).sum().backward()
        // Sums of up to 1,100 products of size 1, grouped in two ways.
        let tolerance = Tolerance(absolute: 2e-4, relative: 1e-4)
        for (leaf, cut) in zip(leaves, one.dropFirst()) {
          let whole = try #require(leaf.gradient).slice(axis: 1, from: 8 * D, to: 9 * D)
          expectClose(cut, Reference.doubles(whole), tolerance, "\(leaf.name) on \(isa)")
        }
      }
    }

    @Test(arguments: instructionSets, [1, 7, 33, 1023])
    func oddLengthsAgreeWithNaiveSoftmax(isa: String, N: Int) {
      using(instructionSet: isa) {
        let parts = Self.parts(N, heads: 2, kvHeads: 1, D: 20)
        let y = Tensor.causalAttention(
          q: parts[0], k: parts[1], v: parts[2], offsets: [0, Int32(N)], heads: 2, kvHeads: 1,
          scale: Self.scale)
        let reference = Reference.attention(
          q: parts[0], k: parts[1], v: parts[2], offsets: [0, Int32(N)], heads: 2, kvHeads: 1,
          scale: Self.scale)
        expectClose(y, reference, FusedTests.attention, "\(N) on \(isa)")
      }
    }

    /// A key of -inf in every number: its score is -inf for a positive query, and it counts for nothing.
    @Test(arguments: instructionSets)
    func infiniteKeysAreHidden(isa: String) {
      using(instructionSet: isa) {
        let q = Tensor.ones([20, 8])
        let hidden = Tensor.full([1, 8], -.infinity)
        let k = Tensor.concat([Tensor.zeros([10, 8]), hidden, .zeros([9, 8])], axis: 0)
        let v = Tensor.concat([Tensor.ones([10, 8]), .full([1, 8], 5), .ones([9, 8])], axis: 0)
        let y = Tensor.causalAttention(
          q: q, k: k, v: v, offsets: [0, 20], heads: 1, kvHeads: 1, scale: 1)
        // n · (1 / n), rounded once each.
        #expect(y.array.allSatisfy { abs($0 - 1) <= 1.2e-7 })
      }
    }
  }
}
