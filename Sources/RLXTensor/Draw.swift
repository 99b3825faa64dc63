/// Counter-based random numbers: what is drawn depends on the seed, the call, the purpose and the place
/// (row, position), and on nothing drawn before. Philox4x32-10 (Salmon et al. 2011), twice: (call,
/// count) under the seed gives a key, (row, position, purpose) under that key the number.
package struct Draw: Equatable, Sendable {
  /// What the numbers are for: draws with the same counters for two purposes are independent.
  package enum Purpose: UInt32, Sendable, CaseIterable {
    case initial, sample, shuffle, label, noise, evaluation, preview
  }

  package var seed: UInt64
  package var call: UInt64
  package var count: UInt64
  package var purpose: Purpose

  package init(seed: UInt64, call: UInt64, count: UInt64 = 0, purpose: Purpose) {
    self.seed = seed
    self.call = call
    self.count = count
    self.purpose = purpose
  }

  /// The key of the second level.
  var key: [UInt32] {
    let words = Kernels.philox(
      [low(call), high(call), low(count), high(count)], key: [low(seed), high(seed)])
    return [words[0], words[1]]
  }

  /// The same numbers, for drawing many of them: the key is found once.
  package struct Stream: Sendable {
    fileprivate let key: [UInt32]
    fileprivate let purpose: Purpose

    /// 64 random bits for a place.
    package func bits(row: Int, position: Int) -> UInt64 {
      let row = UInt64(bitPattern: Int64(row))
      let position = UInt64(bitPattern: Int64(position))
      // Counters whose third word has its top bit set are for numbers by place, the others for
      // tensors.
      let third =
        (UInt32(truncatingIfNeeded: row >> 32)
          ^ UInt32(truncatingIfNeeded: position >> 32) << 16) | 0x8000_0000
      let words = Kernels.philox(
        [
          UInt32(truncatingIfNeeded: position), UInt32(truncatingIfNeeded: row), third,
          purpose.rawValue,
        ], key: key)
      return UInt64(words[1]) << 32 | UInt64(words[0])
    }

    /// A number in 0..<n, each equally likely.
    package func below(_ n: Int, row: Int, position: Int) -> Int {
      precondition(n > 0, "below: \(n) is not positive")
      // The high word of a product (Lemire 2019); its bias is below n / 2^64.
      return Int(UInt64(n).multipliedFullWidth(by: bits(row: row, position: position)).high)
    }
  }

  package var stream: Stream { Stream(key: key, purpose: purpose) }

  /// 64 random bits for a place.
  package func bits(row: Int, position: Int) -> UInt64 {
    stream.bits(row: row, position: position)
  }

  /// A number in [0, 1) with 53 random bits.
  package func uniform(row: Int, position: Int) -> Double {
    Double(bits(row: row, position: position) >> 11) * 0x1p-53
  }

  /// A number in 0..<n, each equally likely.
  package func below(_ n: Int, row: Int, position: Int) -> Int {
    stream.below(n, row: row, position: position)
  }

  /// 0..<n in random order (Fisher and Yates).
  package func permutation(_ n: Int) -> [Int] {
    var order = Array(0..<n)
    let stream = stream
    for place in stride(from: n - 1, to: 0, by: -1) {
      order.swapAt(place, stream.below(place + 1, row: 0, position: place))
    }
    return order
  }

  private func low(_ x: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: x) }
  private func high(_ x: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: x >> 32) }
}

extension Tensor {
  /// Standard normal numbers.
  package static func randn(_ shape: Shape, draw: Draw) -> Tensor {
    let result = uninitialized(shape)
    Kernels.normal(result, key: draw.key, stream: draw.purpose.rawValue)
    return result
  }

  /// Numbers in low ..< high.
  package static func uniform(_ shape: Shape, low: Float, high: Float, draw: Draw) -> Tensor {
    let result = uninitialized(shape)
    Kernels.uniform(result, low: low, high: high, key: draw.key, stream: draw.purpose.rawValue)
    return result
  }
}
