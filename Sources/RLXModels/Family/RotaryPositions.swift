import Glibc
import RLXTensor

/// The tables of rotary positions, made as far as they are needed.
final class RotaryPositions {
  private let config: RotaryConfig
  /// R: how many numbers of a head are turned.
  private let width: Int
  private var made: (length: Int, table: RopeTable)?

  init(_ config: RotaryConfig, headSize: Int) {
    self.config = config
    width = config.width(of: headSize)
  }

  /// A table and, for each token of a batch, its row of it: [N].
  func rows(for batch: PackedBatch) -> (table: RopeTable, rows: [Int32]) {
    let longest = Int(batch.positions.max() ?? 0) + 1
    guard config.followsLength, longest > config.trained else {
      return (table(upTo: longest), batch.positions)
    }
    return rowsByLength(batch)
  }

  /// Rows 0..<length, and perhaps more, for sequences that length does not matter to.
  private func table(upTo length: Int) -> RopeTable {
    if let made, length <= made.length { return made.table }
    // Doubling: an answer that grows token by token makes few tables.
    let P = max(length, 2 * (made?.length ?? 0), 64)
    var angles = Angles(config, width)
    angles.append(0..<P, length: min(P, config.trained))
    made = (P, angles.table)
    return angles.table
  }

  /// A row for each token, since sequences of unequal length turn at different speeds. What a cache
  /// holds was turned by the length its sequence had then, as elsewhere too.
  private func rowsByLength(_ batch: PackedBatch) -> (table: RopeTable, rows: [Int32]) {
    var angles = Angles(config, width)
    for row in 0..<batch.rows where batch.length(row) > 0 {
      let last = Int(batch.positions[Int(batch.offsets[row + 1]) - 1])
      angles.append(last + 1 - batch.length(row)..<last + 1, length: last + 1)
    }
    return (angles.table, Array(0..<Int32(batch.count)))
  }
}

/// Cosines and sines in the making.
private struct Angles {
  private let config: RotaryConfig
  private let width: Int
  private var cosines: [Float] = []
  private var sines: [Float] = []

  init(_ config: RotaryConfig, _ width: Int) {
    self.config = config
    self.width = width
  }

  /// cos and sin of position · frequency, one row a position, for a sequence of `length` tokens.
  ///
  /// In float32 throughout, as transformers computes them: at position p the angle of the first
  /// frequency is exact, and the others are off by p times 6e-8 in both.
  mutating func append(_ positions: Range<Int>, length: Int) {
    let frequencies = config.frequencies(width, length: length)
    let amplitude = config.amplitude
    for position in positions {
      for frequency in frequencies {
        let angle = Float(position) * frequency
        cosines.append(cosf(angle) * amplitude)
        sines.append(sinf(angle) * amplitude)
      }
    }
  }

  /// [P, R / 2]
  var table: RopeTable {
    let half = max(width / 2, 1)
    let shape: Shape = [cosines.count / half, width / 2]
    return RopeTable(cos: Tensor(cosines, shape), sin: Tensor(sines, shape))
  }
}

extension RotaryConfig {
  /// R: how many numbers of a head are turned.
  func width(of headSize: Int) -> Int { Int(Double(headSize) * share) }
}
