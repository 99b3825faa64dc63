import Glibc
import RLXTensor

/// The table of rotary position embeddings (Su et al., 2021), made as far as it is needed.
final class RotaryPositions {
  private let headSize: Int
  private let theta: Float
  private var length = 0
  private var made: RopeTable?

  init(headSize: Int, theta: Float) {
    self.headSize = headSize
    self.theta = theta
  }

  /// cos and sin of position · theta^(−2i / D) for each position below `length`, and perhaps beyond.
  ///
  /// In float32 throughout, as transformers computes them: at position p the angle of the first
  /// frequency is exact, and the others are off by p times 6e-8 in both.
  func table(upTo length: Int) -> RopeTable {
    if let made, length <= self.length { return made }
    // Doubling: an answer that grows token by token makes few tables.
    let P = max(length, 2 * self.length, 64)
    let half = headSize / 2
    let frequencies = (0..<half).map { i in
      1 / Glibc.powf(theta, Float(2 * i) / Float(headSize))
    }
    var cosines = [Float](repeating: 0, count: P * half)
    var sines = cosines
    for position in 0..<P {
      for (i, frequency) in frequencies.enumerated() {
        let angle = Float(position) * frequency
        cosines[position * half + i] = Glibc.cosf(angle)
        sines[position * half + i] = Glibc.sinf(angle)
      }
    }
    let shape: Shape = [P, half]
    let table = RopeTable(cos: Tensor(cosines, shape), sin: Tensor(sines, shape))
    made = table
    self.length = P
    return table
  }
}
