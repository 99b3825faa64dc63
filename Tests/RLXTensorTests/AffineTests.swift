import RLXTensor
import Testing

extension EngineSuite {
  @Suite struct AffineTests {
    /// (N, K, M): one row, odd sizes, pieces by rows and by columns, and a product whose sums are cut.
    static let sizes = [(1, 7, 33), (7, 33, 1), (33, 5, 1023), (600, 64, 200), (96, 4096, 96)]

    /// Value and gradients of y = f(x W + b) + r, by one pass or by the operations one after the other.
    static func trace(
      _ sizes: (Int, Int, Int), outputRows: Bool, activation: PackedWeight.Activation?,
      residual: Bool, dtype: DType, fused: Bool
    ) throws -> [[Float]] {
      let (N, K, M) = sizes
      let x = Parameter("x", tensor([N, K], seed: 1, in: -1...1))
      let w = Parameter("w", tensor(outputRows ? [M, K] : [K, M], seed: 2, in: -0.3...0.3))
      let b = Parameter("b", tensor([M], seed: 3))
      let r = Parameter("r", tensor([N, M], seed: 4))
      var y: Tensor
      if fused {
        y = x.tracked.affine(
          w.tracked, outputRows: outputRows, bias: b.tracked, activation: activation,
          addedTo: residual ? r.tracked : nil, dtype: dtype)
      } else {
        let product =
          outputRows
          ? x.tracked.linear(w.tracked, dtype: dtype) : x.tracked.matmul(w.tracked, dtype: dtype)
        y = product + b.tracked
        switch activation {
        case .geluTanh: y = y.gelu()
        case .geluErf: y = y.gelu(approximate: false)
        case .relu: y = y.relu()
        case .silu: y = y.silu()
        case .tanh: y = y.tanh()
        case nil: break
        }
        if residual { y = r.tracked + y }
      }
      try (y * tensor([N, M], seed: 5)).sum().backward()
      return [y.array] + [x, w, b, r].compactMap(\.gradient).map(\.array)
    }

    @Test(arguments: instructionSets, sizes)
    func onePassHasTheBitsOfSeveral(isa: String, _ sizes: (Int, Int, Int)) throws {
      try using(instructionSet: isa) {
        let cases: [(Bool, PackedWeight.Activation?, Bool, DType)] = [
          (false, nil, false, .float32), (true, nil, true, .float32),
          (false, .geluTanh, false, .float32),
          (false, .relu, true, .float32), (true, .tanh, false, .bfloat16),
          (false, nil, true, .bfloat16),
        ]
        for (outputRows, activation, residual, dtype) in cases {
          let traces = try [true, false].map {
            try Self.trace(
              sizes, outputRows: outputRows, activation: activation, residual: residual,
              dtype: dtype, fused: $0)
          }
          #expect(
            traces[0] == traces[1], "\(sizes) \(outputRows) \(residual) \(dtype) on \(isa)")
        }
      }
    }

    @Test func threadsChangeNoBit() throws {
      for size in Self.sizes {
        let all = try [1, 2, 4].map { threads in
          try using(threads: threads) {
            try Self.trace(
              size, outputRows: false, activation: .geluTanh, residual: false, dtype: .float32,
              fused: true)
          }
        }
        #expect(all[0] == all[1] && all[0] == all[2])
      }
    }
  }
}
