import Glibc
import RLXTensor
import Testing

extension EngineSuite {
  @Suite struct PackedWeightTests {
    /// Rows, inputs and outputs: one, odd, a little more and less than panels, blocks and tiles have.
    static let sizes: [(N: Int, K: Int, M: Int)] = [
      (1, 1, 1), (1, 16, 8), (2, 15, 7), (3, 33, 33), (4, 64, 31), (7, 100, 65), (1, 1023, 130),
      (12, 31, 96), (13, 172, 64), (33, 7, 7), (50, 65, 40), (101, 96, 33), (2, 0, 3), (0, 4, 40),
    ]

    /// What a format keeps of numbers up to 1 in absolute value: the error of a sum of K products of
    /// x and w is at most about K · (2 · error) if all fall alike; these fall at random.
    static func tolerance(_ dtype: DType, inputs K: Int) -> Tolerance {
      let depth = Double(K).squareRoot()
      return switch dtype {
      case .float32: .sum
      // Two factors rounded by up to 2^-9 of themselves; six standard deviations.
      case .bfloat16: Tolerance(absolute: 6 * depth * 2 * 0.002, relative: 0)
      // Two factors off by up to half a step of 1/127 of the block's largest.
      case .int8: Tolerance(absolute: 6 * depth * 2 * 0.004, relative: 0)
      }
    }

    static func product(_ x: Tensor, _ w: Tensor) -> [Double] {
      Reference.product(
        Reference.doubles(x), Reference.doubles(w.transposed()), m: x.shape[0], k: x.shape[1],
        n: w.shape[0])
    }

    @Test(arguments: instructionSets, DType.allCases)
    func agreesWithThePlainSum(isa: String, dtype: DType) {
      using(instructionSet: isa) {
        for (N, K, M) in Self.sizes {
          let x = tensor([N, K], seed: 1, in: -1...1)
          let w = tensor([M, K], seed: 2, in: -1...1)
          let wanted = Self.product(x, w)
          let tolerance = Self.tolerance(dtype, inputs: K)
          for matrix in [w, Tensor(w.transposed().array, [K, M]).transposed()] {
            expectClose(
              PackedWeight(matrix, dtype).product(x), wanted, tolerance, "\(N) \(K) \(M) on \(isa)")
          }
        }
      }
    }

    @Test(arguments: instructionSets, DType.allCases)
    func aRowHasItsBitsWhateverTheOthersAndTheThreads(isa: String, dtype: DType) {
      using(instructionSet: isa) {
        for (N, K, M) in Self.sizes where N > 1 {
          let x = tensor([N, K], seed: 1)
          let weight = PackedWeight(tensor([M, K], seed: 2), dtype)
          let all = using(threads: 1) { weight.product(x) }
          for threads in [2, 3, 4] {
            #expect(using(threads: threads) { weight.product(x) }.array == all.array)
          }
          for rows in [0..<1, N - 1..<N, N / 2..<N, 0..<min(3, N), max(0, N - 8)..<N] {
            let some = x.slice(axis: 0, from: rows.lowerBound, to: rows.upperBound)
            let wanted = all.slice(axis: 0, from: rows.lowerBound, to: rows.upperBound)
            #expect(
              weight.product(some).array == wanted.array, "\(rows) of \(N) \(K) \(M) on \(isa)")
          }
        }
      }
    }

    @Test(arguments: instructionSets, DType.allCases)
    func severalProductsAreWhatEachIsAlone(isa: String, dtype: DType) {
      using(instructionSet: isa) {
        for N in [1, 2, 5, 70] {
          let x = tensor([N, 48], seed: 1)
          let weights = [33, 96, 5].map { PackedWeight(tensor([$0, 48], seed: $0), dtype) }
          let bias = tensor([96], seed: 9)
          let together = PackedWeight.products(
            x,
            [
              .init(weight: weights[0]), .init(weight: weights[1], bias: bias),
              .init(weight: weights[2]),
            ])
          #expect(together[0].array == weights[0].product(x).array)
          #expect(together[1].array == weights[1].product(x, bias: bias).array)
          #expect(together[2].array == weights[2].product(x).array)
        }
      }
    }

    @Test(arguments: instructionSets)
    func biasActivationAndAdditionAreThoseOfTensors(isa: String) {
      using(instructionSet: isa) {
        for (N, K, M) in [(1, 24, 40), (5, 17, 33), (13, 64, 96)] {
          let x = tensor([N, K], seed: 1)
          let weight = PackedWeight(tensor([M, K], seed: 2), .float32)
          let (bias, added) = (tensor([M], seed: 3), tensor([N, M], seed: 4))
          let plain = weight.product(x)
          let functions: [(PackedWeight.Activation, (Tensor) -> Tensor)] = [
            (.geluTanh, { $0.gelu() }), (.geluErf, { $0.gelu(approximate: false) }),
            (.relu, { $0.relu() }), (.silu, { $0.silu() }), (.tanh, { $0.tanh() }),
          ]
          for (activation, function) in functions {
            let y = weight.product(x, bias: bias, activation: activation, adding: added)
            #expect(y.array == (added + function(plain + bias)).array, "\(activation) on \(isa)")
          }
          #expect(weight.product(x, adding: added).array == (added + plain).array)
        }
      }
    }

    @Test(arguments: DType.allCases) func unpackingGivesWhatWasKept(dtype: DType) {
      for (M, K) in [(1, 1), (33, 31), (40, 64), (31, 33), (100, 95)] {
        let w = tensor([M, K], seed: 5, in: -3...3)
        let packed = PackedWeight(w, dtype)
        let kept = packed.unpacked
        // Half a unit of 8 bits, and half a step of 1/127 of the largest (whose scale is rounded up).
        let error: Float = [.float32: 0, .bfloat16: 3 / 256, .int8: 3 / 254 * 1.01][dtype] ?? 0
        #expect(zip(kept.array, w.array).allSatisfy { abs($0 - $1) <= error })
        #expect(PackedWeight(kept, dtype).unpacked.array == kept.array, "packed twice: \(M) \(K)")
        let ids: [Int32] = [Int32(M - 1), 0]
        #expect(packed.rows(ids).array == kept.rows(ids.map(Int.init)).array)
      }
    }

    /// Sums of 8-bit numbers are exact, and bf16 pairs are added in one order: what fused
    /// multiply-adds give does not depend on the instructions that give them.
    @Test(arguments: [DType.bfloat16, .int8]) func setsWithFusedProductsAgreeToTheBit(dtype: DType)
    {
      let sets = instructionSets.filter { $0 != "baseline" }
      let x = tensor([9, 333], seed: 1)
      let w = tensor([70, 333], seed: 2)
      let results = sets.map { isa in
        using(instructionSet: isa) { PackedWeight(w, dtype).product(x).array }
      }
      for result in results.dropFirst() { #expect(result == results[0]) }
    }

    @Test(arguments: instructionSets, DType.allCases)
    func whatIsNotFiniteShowsAndStaysInItsRow(isa: String, dtype: DType) {
      using(instructionSet: isa) {
        for bad in [Float.nan, .infinity] {
          var values = tensor([3, 40], seed: 1).array
          values[40 + 7] = bad
          let weight = PackedWeight(tensor([35, 40], seed: 2, in: 0.5...1), dtype)
          let y = weight.product(Tensor(values, [3, 40])).array
          #expect(y[..<35].allSatisfy(\.isFinite) && y[70...].allSatisfy(\.isFinite))
          #expect(y[35..<70].allSatisfy { !$0.isFinite })
        }
      }
    }

    @Test(arguments: DType.allCases) func holdsExtremeValues(dtype: DType) {
      let x = Tensor([1e4, -1e4, 1e-6, 0], [1, 4])
      let w = Tensor([1e4, 0, 0, 0, 0, 1e4, 0, 0, 0, 0, 0, 0], [3, 4])
      let y = PackedWeight(w, dtype).product(x).array
      #expect(abs(y[0] - 1e8) < 1e6 && abs(y[1] + 1e8) < 1e6 && y[2] == 0)
    }

    @Test func aParameterPacksAnewOnlyWhenItsValueChanges() throws {
      let parameter = Parameter("w", tensor([4, 3], seed: 1))
      parameter.packing = .init(.bfloat16)
      let first = parameter.packed
      #expect(parameter.packed === first)
      parameter.packing = .init(.float32)
      #expect(parameter.packed !== first)
      let version = parameter.version
      parameter.value = tensor([4, 3], seed: 2)
      #expect(parameter.version > version)
      let x = tensor([1, 3], seed: 3)
      expectClose(parameter.packed.product(x), Self.product(x, parameter.value), .sum)

      // A step in place of the optimizer.
      let before = parameter.packed
      try x.linear(parameter.tracked).sum().backward()
      AdamW([parameter], AdamW.Settings(learningRate: 0.1)).step()
      #expect(parameter.packed !== before)
      expectClose(parameter.packed.product(x), Self.product(x, parameter.value), .sum)
    }

    @Test(arguments: [DType.bfloat16, .int8], [false, true])
    func aFrozenParameterCanBeItsPackedFormAlone(dtype: DType, isTurned: Bool) {
      let value = tensor([40, 70], seed: 1)
      let parameter = Parameter("w", value)
      parameter.packing = .init(dtype, isTurned: isTurned)
      parameter.compact()
      #expect(!parameter.isCompact, "not frozen yet")
      parameter.isFrozen = true
      let packed = parameter.packed
      parameter.compact()
      #expect(parameter.isCompact && parameter.packed === packed && parameter.shape == [40, 70])
      #expect(parameter.value.shape == [40, 70] && !parameter.tracked.tracksGradient)
      #expect(zip(parameter.value.array, value.array).allSatisfy { abs($0 - $1) < 0.02 })

      // Back again, as undo does it.
      let content = parameter.content
      parameter.value = value
      #expect(!parameter.isCompact && parameter.value.array == value.array)
      parameter.content = content
      #expect(parameter.isCompact && parameter.packed === packed)
    }

    @Test func roundingToBFloat16IsToTheNearestAndPassesGradients() throws {
      // 1 + 2^-8 and 1 + 3 · 2^-8 lie between two: the even one wins.
      let x = Tensor([1, 1.00390625, 1.01171875, -3.14159265, .infinity, 0], [6])
      #expect(x.roundedToBFloat16().array == [1, 1, 1.015625, -3.140625, .infinity, 0])
      #expect(Tensor([.nan], [1]).roundedToBFloat16().array[0].isNaN)
      let parameter = Parameter("w", tensor([37], seed: 1))
      let y = parameter.tracked.roundedToBFloat16()
      #expect(y.array == parameter.value.roundedToBFloat16().array)
      try (y * 3).sum().backward()
      #expect(parameter.gradient?.array == [Float](repeating: 3, count: 37))
    }
  }
}
