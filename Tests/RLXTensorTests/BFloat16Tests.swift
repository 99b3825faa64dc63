import Glibc
import RLXTensor
import Testing

extension EngineSuite {
  /// Products of operands rounded to bf16.
  @Suite struct BFloat16Tests {
    /// Sums of up to a thousand products near 1 of exact operands, in float32: the plain rounding of a
    /// sum, nothing of bf16.
    static let sum = Tolerance(absolute: 2e-4, relative: 1e-5)
    /// Beside float32: each operand is off by up to 2⁻⁹ of itself, so a sum of K products near 1 by about
    /// 2⁻⁸ √K, here of up to 1023.
    static let rounded = Tolerance(absolute: 0.3, relative: 1e-2)

    /// The nearest bf16, ties to even, one number at a time.
    static func rounded(_ x: Float) -> Float {
      guard x.isFinite else { return x }
      let bits = x.bitPattern
      let (below, rest) = (bits & 0xffff_0000, bits & 0xffff)
      let isUp = rest > 0x8000 || (rest == 0x8000 && below & 0x1_0000 != 0)
      return Float(bitPattern: isUp ? below &+ 0x1_0000 : below)
    }

    /// The product in double of rounded operands, by the definition.
    static func reference(_ a: Tensor, _ b: Tensor) -> [Double] {
      Reference.product(
        a.array.map { Double(rounded($0)) }, b.array.map { Double(rounded($0)) },
        m: a.shape[0], k: a.shape[1], n: b.shape[1])
    }

    /// The same matrix lying row by row, column by column, and as a slice of a larger one.
    static func layouts(_ matrix: Tensor) -> [Tensor] {
      let (m, n) = (matrix.shape[0], matrix.shape[1])
      let turned = Tensor(matrix.transposed().array, [n, m]).transposed()
      let wide = Tensor.concat([.ones([m, 3]), matrix, .ones([m, 2])], axis: 1)
      return [matrix, turned, wide.slice(axis: 1, from: 3, to: 3 + n)]
    }

    @Test(
      arguments: instructionSets,
      [
        (1, 1, 1), (7, 33, 1), (1, 7, 33), (33, 1, 7), (33, 1023, 65), (9, 64, 48), (130, 7, 100),
        (0, 3, 2), (3, 0, 2),
      ])
    func agreesWithTheNaiveSum(isa: String, _ sizes: (Int, Int, Int)) {
      let (m, k, n) = sizes
      let (a, b) = (tensor([m, k], seed: m), tensor([k, n], seed: n))
      let reference = Self.reference(a, b)
      using(instructionSet: isa) {
        for x in Self.layouts(a) {
          for y in Self.layouts(b) {
            expectClose(x.matmul(y, dtype: .bfloat16), reference, Self.sum, "\(sizes) on \(isa)")
          }
        }
        expectClose(a.linear(b.transposed(), dtype: .bfloat16), reference, Self.sum)
        expectClose(
          a.matmul(b, dtype: .bfloat16), Reference.doubles(a.matmul(b)), Self.rounded, "float32")
      }
    }

    /// A row's sums depend on that row, so a batch changes nothing; nor does a team, or a processor
    /// without bf16 products; and generation's kernel sums alike.
    @Test(arguments: [(300, 1500, 100), (2100, 70, 33), (64, 2048, 192), (5, 64, 2000)])
    func sameBitsWhateverTheBatchTeamOrProcessor(_ m: Int, _ k: Int, _ n: Int) {
      let (a, b) = (tensor([m, k], seed: 1), tensor([k, n], seed: 2))
      let whole = using(threads: 1) { a.matmul(b, dtype: .bfloat16).array }
      for threads in [2, 4] {
        #expect(using(threads: threads) { a.matmul(b, dtype: .bfloat16).array } == whole)
      }
      let some = a.slice(axis: 0, from: m - 3, to: m)
      #expect(some.matmul(b, dtype: .bfloat16).array == Array(whole.suffix(3 * n)))
      let packed = PackedWeight(b.transposed(), .bfloat16).product(some)
      #expect(packed.array == Array(whole.suffix(3 * n)))
      // A product of two bf16 is exact in float32, so that fused multiplication changes nothing.
      for isa in instructionSets {
        #expect(
          using(instructionSet: isa) { a.matmul(b, dtype: .bfloat16).array } == whole, "\(isa)")
      }
    }

    @Test(arguments: instructionSets)
    func roundingTiesGoToEvenAndWhatIsNotFiniteStays(isa: String) {
      using(instructionSet: isa) {
        let ties: [Float] = [
          1 + 0x1p-8, 1 + 3 * 0x1p-8, -1 - 0x1p-8, 1 + 0x1.1p-8, 0x1.fep127, 3e38,
        ]
        let kept = Tensor(ties, [6, 1]).matmul(.ones([1, 1]), dtype: .bfloat16).array
        #expect(kept == ties.map(Self.rounded))
        let odd = Tensor([.infinity, -.infinity, .nan, .greatestFiniteMagnitude], [4, 1])
          .matmul(.ones([1, 17]), dtype: .bfloat16)
        for column in 0..<17 {
          let found = (0..<4).map { odd.array[$0 * 17 + column] }
          #expect(found[0] == .infinity && found[1] == -.infinity && found[2].isNaN)
          #expect(found[3] == .infinity, "the largest float32 is nearer to 2¹²⁸ than to a bf16")
        }
      }
    }

    @Test(arguments: instructionSets)
    func gradientsAreRoundedProducts(isa: String) throws {
      try using(instructionSet: isa) {
        let (x, w) = (tensor([19, 40], seed: 1), tensor([24, 40], seed: 2))
        let dy = tensor([19, 24], seed: 3)
        for isLinear in [true, false] {
          let (input, weight) = (
            Parameter("x", x), Parameter("w", isLinear ? w : w.transposed().copied)
          )
          let y =
            isLinear
            ? input.tracked.linear(weight.tracked, dtype: .bfloat16)
            : input.tracked.matmul(weight.tracked, dtype: .bfloat16)
          try (y * dy).sum().backward()
          let (dx, dw) = (try #require(input.gradient), try #require(weight.gradient))
          expectClose(dx, Self.reference(dy, w), Self.sum, "dx on \(isa)")
          expectClose(
            isLinear ? dw : dw.transposed(), Self.reference(dy.transposed(), x), Self.sum,
            "dW on \(isa)")
        }
      }
    }
  }
}

extension Tensor {
  /// The same values, row-major in memory of their own.
  fileprivate var copied: Tensor { Tensor(array, shape) }
}
