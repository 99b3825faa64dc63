import CKernels

/// What many numbers come to in a few, so that two computations of them can be compared where only
/// one is at hand: how many there are, their length √Σx², and two sums Σ±x with drawn signs.
///
/// A sum with drawn signs of a difference d is about as large as d is long (Johnson and Lindenstrauss
/// 1984): where the sums agree, the numbers do, but for what chance hides.
package struct FloatSketch: Equatable, Sendable {
  package var count: Int
  package var length: Double
  package var sums: [Double]

  package init(count: Int, length: Double, sums: [Double]) {
    self.count = count
    self.length = length
    self.sums = sums
  }

  package init(_ values: UnsafeBufferPointer<Float>) {
    var found = [Double](repeating: 0, count: 3)
    if let start = values.baseAddress { ck_sketch(start, Int64(values.count), &found) }
    self.init(count: values.count, length: found[0].squareRoot(), sums: Array(found[1...]))
  }

  /// Numbers whose mean square is below the square of this are compared as if they were this large.
  private static let small = 1e-3
  /// How much longer than the difference a sum of it with drawn signs may be: four deviations.
  private static let chance = 4.0

  /// Whether these may be the same numbers but for differences of `tolerance` times their length.
  package func isNear(_ other: FloatSketch, tolerance: Double) -> Bool {
    guard count == other.count, sums.count == other.sums.count else { return false }
    let numbers = [length] + sums
    let others = [other.length] + other.sums
    guard numbers.allSatisfy(\.isFinite), others.allSatisfy(\.isFinite) else {
      return zip(numbers, others).allSatisfy { $0.isFinite == $1.isFinite }
    }
    let room = tolerance * max(length, other.length, Self.small * Double(count).squareRoot())
    return abs(length - other.length) <= room
      && zip(sums, other.sums).allSatisfy { abs($0 - $1) <= Self.chance * room }
  }
}
