import CKernels
import RLXTensor
import Testing

extension EngineSuite {
  @Suite struct DrawTests {
    /// Known answers of Philox4x32-10 from Random123's kat_vectors.
    @Test(
      arguments: [
        (
          [0, 0, 0, 0], [0, 0],
          [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
        ),
        (
          [0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff], [0xffff_ffff, 0xffff_ffff],
          [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        ),
        (
          [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0],
          [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        ),
      ] as [([UInt32], [UInt32], [UInt32])])
    func philoxGivesTheKnownAnswers(_ counter: [UInt32], _ key: [UInt32], _ answer: [UInt32]) {
      var out: [UInt32] = [0, 0, 0, 0]
      ck_philox(counter, key, &out)
      #expect(out == answer)
    }

    @Test func everyCounterMatters() {
      let base = Draw(seed: 1, call: 2, count: 3, purpose: .sample)
      let others = [
        Draw(seed: 2, call: 2, count: 3, purpose: .sample),
        Draw(seed: 1, call: 3, count: 3, purpose: .sample),
        Draw(seed: 1, call: 2, count: 4, purpose: .sample),
        Draw(seed: 1, call: 2, count: 3, purpose: .shuffle),
        Draw(seed: 1 << 40, call: 2, count: 3, purpose: .sample),
      ]
      let first = base.bits(row: 5, position: 6)
      #expect(base.bits(row: 5, position: 6) == first)
      #expect(base.bits(row: 6, position: 5) != first)
      #expect(base.bits(row: 5, position: 7) != first)
      for other in others { #expect(other.bits(row: 5, position: 6) != first) }
    }

    @Test func uniformNumbersFillTheInterval() {
      let draw = Draw(seed: 7, call: 0, purpose: .sample)
      let numbers = (0..<4000).map { draw.uniform(row: $0 / 40, position: $0 % 40) }
      #expect(numbers.allSatisfy { 0 <= $0 && $0 < 1 })
      // Mean of 4000: standard deviation 0.0046; five of them.
      #expect(abs(numbers.reduce(0, +) / 4000 - 0.5) < 0.023)
      #expect(Set(numbers).count == 4000)
    }

    @Test func permutationsHoldEachNumberOnce() {
      let draw = Draw(seed: 7, call: 1, purpose: .shuffle)
      #expect(draw.permutation(100).sorted() == Array(0..<100))
      #expect(draw.permutation(100) != Array(0..<100))
      #expect(draw.permutation(0) == [] && draw.permutation(1) == [0])
      let firsts = (0..<3000).map { Draw(seed: 7, call: $0, purpose: .shuffle).permutation(3)[0] }
      // 1000 of each expected, standard deviation 26; five of them.
      for value in 0..<3 { #expect(abs(firsts.count { $0 == value } - 1000) < 130) }
    }

    @Test func tensorsHaveTheirDistributions() {
      let draw = Draw(seed: 3, call: 0, purpose: .initial)
      let normal = Tensor.randn([40_001], draw: draw)
      // Standard deviations of mean and variance of 40,000: 0.005 and 0.007; five of them.
      #expect(abs(normal.mean().item) < 0.025)
      #expect(abs(normal.variance().item - 1) < 0.035)
      #expect(normal.isFinite)
      let uniform = Tensor.uniform([9999], low: -1, high: 3, draw: draw)
      #expect(uniform.min().item >= -1 && uniform.max().item < 3)
      #expect(abs(uniform.mean().item - 1) < 0.06)
      #expect(Tensor.randn([5], draw: draw).array == Array(normal.array[..<5]))
    }
  }
}
