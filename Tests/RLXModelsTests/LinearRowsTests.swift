import RLXTensor
import Testing

@Suite(.serialized) struct LinearRowsTests {
  /// Each output against a sum in double precision: C roundings of 6e-8 on sums below 10.
  static let tolerance: Float = 2e-5

  @Test(arguments: [
    (1, 1, 1), (1, 16, 8), (2, 15, 7), (3, 17, 9), (5, 64, 33), (1, 172, 64), (13, 100, 1),
    (2, 0, 3), (0, 4, 4), (4, 31, 24), (64, 64, 512),
  ])
  func agreesWithAPlainSum(N: Int, C: Int, M: Int) {
    let x = Tensor.randn([N, C], draw: Draw(seed: 1, call: 1, purpose: .noise))
    let w = Tensor.randn([M, C], draw: Draw(seed: 2, call: 1, purpose: .noise))
    let b = Tensor.randn([M], draw: Draw(seed: 3, call: 1, purpose: .noise))
    let (xs, ws, bs) = (x.array, w.array, b.array)
    var wanted: [Float] = []
    for n in 0..<N {
      for m in 0..<M {
        var sum = Double(bs[m])
        for c in 0..<C { sum += Double(xs[n * C + c]) * Double(ws[m * C + c]) }
        wanted.append(Float(sum))
      }
    }
    let y = x.linearRows(w, bias: b)
    #expect(y.shape == [N, M])
    #expect(Support.distance(y.array, wanted) < Self.tolerance)
  }

  @Test(arguments: [5, 16, 64, 172, 768]) func aRowHasTheSameBitsAlone(C: Int) {
    let x = Tensor.randn([37, C], draw: Draw(seed: 1, call: 1, purpose: .noise))
    let w = Tensor.randn([50, C], draw: Draw(seed: 2, call: 1, purpose: .noise))
    let all = x.linearRows(w)
    for rows in [[0], [36], [3, 4], Array(5..<21)] {
      #expect(x.rows(rows).linearRows(w).array == all.rows(rows).array)
    }
  }

  @Test(arguments: [
    (1, 1, 1), (1, 16, 8), (2, 15, 7), (3, 17, 16), (5, 64, 33), (1, 172, 64), (13, 100, 130),
    (2, 0, 3), (2, 0, 20), (0, 4, 40), (4, 31, 255), (6, 64, 384), (1, 768, 129),
  ])
  func productsWithTurnedWeightsAgreeWithAPlainSum(N: Int, C: Int, M: Int) {
    let x = Tensor.randn([N, C], draw: Draw(seed: 1, call: 1, purpose: .noise))
    let w = Tensor.randn([C, M], draw: Draw(seed: 2, call: 1, purpose: .noise))
    let (xs, ws) = (x.array, w.array)
    var wanted: [Float] = []
    for n in 0..<N {
      for m in 0..<M {
        wanted.append(
          Float((0..<C).reduce(0.0) { $0 + Double(xs[n * C + $1]) * Double(ws[$1 * M + m]) }))
      }
    }
    let y = x.matmulRows(w)
    #expect(y.shape == [N, M])
    // One sum after the other, without the sixteen lanes of the other kernel: it rounds more.
    #expect(Support.distance(y.array, wanted) < 4 * Self.tolerance)
  }

  @Test(arguments: [5, 40, 129, 384]) func aRowTimesTurnedWeightsHasTheSameBitsAlone(M: Int) {
    let x = Tensor.randn([37, 50], draw: Draw(seed: 1, call: 1, purpose: .noise))
    let w = Tensor.randn([50, M], draw: Draw(seed: 2, call: 1, purpose: .noise))
    let all = x.matmulRows(w)
    for rows in [[0], [36], [3, 4], Array(5..<20)] {
      #expect(x.rows(rows).matmulRows(w).array == all.rows(rows).array)
    }
  }
}
