import Glibc
import RLXTensor

/// Slow, obvious arithmetic in double to hold the engine against.
enum Reference {
  static func power(_ a: Double, _ b: Double) -> Double { pow(a, b) }
  static func log(_ x: Double) -> Double { Glibc.log(x) }
  static func cosine(_ x: Double) -> Double { cos(x) }
  static func sine(_ x: Double) -> Double { sin(x) }
  static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
  static func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-Swift.abs(x))) }

  /// Doubles of a tensor in row-major order.
  static func doubles(_ x: Tensor) -> [Double] { x.array.map(Double.init) }

  /// All places of a shape in row-major order.
  static func places(_ shape: Shape) -> [[Int]] {
    shape.dims.reduce([[]]) { places, size in
      places.flatMap { place in (0..<size).map { place + [$0] } }
    }
  }

  static func flat(_ place: [Int], _ shape: Shape) -> Int {
    zip(place, shape.dims).reduce(0) { $0 * $1.1 + $1.0 }
  }

  /// The element of `x` that a place of a broadcast shape reads.
  static func element(_ x: [Double], _ shape: Shape, at place: [Int]) -> Double {
    let own = zip(place.suffix(shape.rank), shape.dims).map { $1 == 1 ? 0 : $0 }
    return x[flat(Array(own), shape)]
  }

  static func broadcast(
    _ a: Tensor, _ b: Tensor, to shape: Shape, _ function: (Double, Double) -> Double
  ) -> [Double] {
    let (x, y) = (doubles(a), doubles(b))
    return places(shape).map { function(element(x, a.shape, at: $0), element(y, b.shape, at: $0)) }
  }

  /// The values along an axis, for each place of the other axes in row-major order.
  static func lanes(_ x: Tensor, axis: Int) -> [[Double]] {
    let all = doubles(x)
    var rest = x.shape.dims
    let n = rest.remove(at: axis)
    return places(Shape(rest)).map { place in
      (0..<n).map { index in
        var whole = place
        whole.insert(index, at: axis)
        return all[flat(whole, x.shape)]
      }
    }
  }

  static func logSumExp(_ x: [Double]) -> Double {
    guard let top = x.max(), top.isFinite else { return x.max() ?? -.infinity }
    return top + log(x.reduce(0) { $0 + exp($1 - top) })
  }

  static func softmax(_ x: [Double]) -> [Double] {
    let lse = logSumExp(x)
    return x.map { exp($0 - lse) }
  }

  static func product(_ a: [Double], _ b: [Double], m: Int, k: Int, n: Int) -> [Double] {
    (0..<(m * n)).map { place in
      (0..<k).reduce(0) { $0 + a[place / n * k + $1] * b[$1 * n + place % n] }
    }
  }

  /// softmax(scale q kᵀ) v, token by token, over the last `window` tokens (0: all), the scores bent by
  /// `softcap` (0: not).
  static func attention(
    q: Tensor, k: Tensor, v: Tensor, offsets: [Int32], heads: Int, kvHeads: Int, scale: Float,
    window: Int = 0, softcap: Double = 0
  ) -> [Double] {
    let (Q, K, V) = (doubles(q), doubles(k), doubles(v))
    let D = q.shape[1] / heads
    var out = [Double](repeating: 0, count: Q.count)
    for (start, end) in zip(offsets, offsets.dropFirst()) {
      for row in Int(start)..<Int(end) {
        for head in 0..<heads {
          let group = head / (heads / kvHeads)
          func place(_ row: Int, _ d: Int) -> Int { (row * kvHeads + group) * D + d }
          let past = max(Int(start), window > 0 ? row - window + 1 : 0)...row
          let weights = softmax(
            past.map { other in
              let score =
                (0..<D).reduce(0) { $0 + Q[(row * heads + head) * D + $1] * K[place(other, $1)] }
                * Double(scale)
              return softcap > 0 ? softcap * tanh(score / softcap) : score
            })
          for d in 0..<D {
            out[(row * heads + head) * D + d] = zip(past, weights).reduce(0) {
              $0 + $1.1 * V[place($1.0, d)]
            }
          }
        }
      }
    }
    return out
  }
}
