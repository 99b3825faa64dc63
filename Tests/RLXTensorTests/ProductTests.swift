import RLXTensor
import Testing

extension EngineSuite {
  @Suite struct ProductTests {
    @Test(arguments: [
      (1, 1, 1), (3, 7, 5), (33, 65, 17), (1, 65, 33), (65, 1, 3), (7, 33, 1), (1, 5, 200),
      (0, 3, 2),
      (3, 0, 2),
    ])
    func agreesWithTheNaiveSum(_ m: Int, _ k: Int, _ n: Int) {
      let a = tensor([m, k], seed: m)
      let b = tensor([k, n], seed: n)
      let reference = Reference.product(
        Reference.doubles(a), Reference.doubles(b), m: m, k: k, n: n)
      for x in [a, Tensor(a.transposed().array, [k, m]).transposed()] {
        for y in [b, Tensor(b.transposed().array, [n, k]).transposed()] {
          expectClose(x.matmul(y), reference, .sum, "\(m) \(k) \(n)")
        }
      }
      expectClose(a.linear(b.transposed()), reference, .sum)
    }

    @Test func readsSlicesInPlace() {
      let big = tensor([20, 30], seed: 4)
      let a = big.slice(axis: 0, from: 3, to: 10).slice(axis: 1, from: 5, to: 16)
      let b = big.slice(axis: 0, from: 2, to: 13).slice(axis: 1, from: 1, to: 4)
      expectClose(
        a.matmul(b),
        Reference.product(Reference.doubles(a), Reference.doubles(b), m: 7, k: 11, n: 3), .sum)
      let row = tensor([5], seed: 1).broadcast(to: [4, 5])
      let c = tensor([5, 2], seed: 2)
      expectClose(
        row.matmul(c),
        Reference.product(Reference.doubles(row), Reference.doubles(c), m: 4, k: 5, n: 2), .sum)
    }

    @Test func batchesBroadcast() {
      let a = tensor([2, 1, 3, 4], seed: 1)
      let b = tensor([3, 4, 2], seed: 2)
      let y = a.matmul(b)
      #expect(y.shape == [2, 3, 3, 2])
      for (i, j) in [(0, 0), (0, 2), (1, 1)] {
        let left = a.array[(i * 12)..<(i * 12 + 12)].map(Double.init)
        let right = b.array[(j * 8)..<(j * 8 + 8)].map(Double.init)
        let place = (i * 3 + j) * 6
        let part = Tensor(Array(y.array[place..<(place + 6)]), [6])
        expectClose(part, Reference.product(left, right, m: 3, k: 4, n: 2), .sum)
      }
    }

    /// Shapes where a library may split the sum over threads: long sums, and one row.
    @Test(arguments: [
      (64, 12_288, 64), (172, 12_288, 64), (1, 768, 768), (1, 4096, 64), (512, 2880, 64),
      (64, 5000, 64), (2880, 64, 172), (8, 768, 3072), (3, 20_000, 5), (1, 64, 512),
    ])
    func sameBitsForAnyNumberOfThreads(_ m: Int, _ k: Int, _ n: Int) {
      let a = tensor([m, k], seed: 1)
      let b = tensor([k, n], seed: 2)
      let at = Tensor(a.transposed().array, [k, m]).transposed()
      let bt = Tensor(b.transposed().array, [n, k]).transposed()
      for (x, y) in [(a, b), (a, bt), (at, b), (at, bt)] {
        let one = using(threads: 1) { x.matmul(y).array }
        for threads in [2, 4, 16] {
          #expect(using(threads: threads) { x.matmul(y).array } == one, "\(threads) threads")
        }
      }
    }

    /// Sizes that are cut by rows, by columns, by terms, by both, and not at all.
    @Test(arguments: [
      (2560, 64, 172), (64, 172, 4000), (172, 2560, 64), (400, 9000, 130), (7, 33, 1023), (1, 1, 1),
    ])
    func piecesCoverAProductOnce(_ m: Int, _ k: Int, _ n: Int) {
      let pieces = ProductPieces(m: m, k: k, n: n)
      var terms = [[Int]](repeating: [], count: m * n)
      for index in 0..<pieces.count {
        let piece = pieces[index]
        for row in piece.rows {
          for column in piece.columns {
            // Parts come in the order of their terms, so that adding them up is one fixed sum.
            terms[row * n + column] += [piece.terms.lowerBound, piece.terms.upperBound]
          }
        }
      }
      #expect(terms.allSatisfy { $0 == terms[0] })
      #expect(terms[0].first == 0 && terms[0].last == k)
      let inner = terms[0].dropFirst().dropLast()
      #expect(
        stride(from: inner.startIndex, to: inner.endIndex, by: 2).allSatisfy {
          inner[$0] == inner[$0 + 1]
        })
    }
  }
}
