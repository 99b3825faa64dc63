import Foundation
import RLXTensor

/// What a statement came to, so that another machine's floats can be compared with it: all that is no
/// float by its hash, tensors by a sketch each, single numbers by one sketch of all.
///
/// Kept where a session is recorded with `--portable`, read by `replay --rtol`.
package struct StatementOutline: Equatable, Sendable {
  /// Of texts, counts, names and whatever else must be the same.
  package var exact: String
  package var numbers: NumberSketch
  package var tensors: [FloatSketch]

  package init(exact: String, numbers: NumberSketch, tensors: [FloatSketch]) {
    self.exact = exact
    self.numbers = numbers
    self.tensors = tensors
  }

  /// What is not near, in a few words; nil where all is.
  package func difference(_ other: StatementOutline, tolerance: Double) -> String? {
    if exact != other.exact { return "what is no float (texts, tokens, counts, names)" }
    if !numbers.isNear(other.numbers, tolerance: tolerance) {
      return "its \(numbers.count) single numbers"
    }
    guard tensors.count == other.tensors.count else { return "the number of its tensors" }
    for (place, pair) in zip(tensors, other.tensors).enumerated()
    where !pair.0.isNear(pair.1, tolerance: tolerance) {
      return "tensor \(place + 1) of \(tensors.count), of length \(pair.0.length) and now "
        + "\(pair.1.length)"
    }
    return nil
  }
}

/// Single numbers of any size, in a few: their logarithms, summed with drawn signs.
///
/// y = ± log₂(1 + |x| / 1e-3), so that a relative difference of x is an absolute one of y; below 1e-3
/// differences count as parts of 1e-3.
package struct NumberSketch: Equatable, Sendable {
  package private(set) var count = 0
  package private(set) var sums = [Double](repeating: 0, count: 4)

  package init() {}

  package init(count: Int, sums: [Double]) {
    self.count = count
    self.sums = sums
  }

  package mutating func add(_ x: Double) {
    let size = x.isNaN ? 4096 : min(log2(1 + x.magnitude / 1e-3), 2048)
    let y = x < 0 ? -size : size
    // The finalizer of SplitMix64: every bit of the place decides each sign.
    var signs = (UInt64(count) &+ 1) &* 0x9e37_79b9_7f4a_7c15
    signs = (signs ^ signs >> 30) &* 0xbf58_476d_1ce4_e5b9
    signs = (signs ^ signs >> 27) &* 0x94d0_49bb_1331_11eb
    signs ^= signs >> 31
    for place in sums.indices { sums[place] += signs >> UInt64(place) & 1 == 0 ? y : -y }
    count += 1
  }

  /// A relative difference of t in each is one of at most t·log₂e in each logarithm: of n the sums then
  /// differ by n times that at most, and by about √n times as a rule.
  package func isNear(_ other: NumberSketch, tolerance: Double) -> Bool {
    let room = tolerance * M_LOG2E * min(Double(count), 4 * Double(count).squareRoot())
    let rounding = 1e-12 * Double(count) * 2048
    return count == other.count
      && zip(sums, other.sums).allSatisfy { abs($0 - $1) <= room + rounding }
  }
}

extension StatementOutline {
  /// As it stands behind `#% about ` in a session file.
  var words: String {
    let tensors = tensors.map { sketch in
      ([Double(sketch.count), sketch.length] + sketch.sums).map(Self.word).joined(separator: ",")
    }
    return "sha256:\(exact) numbers=\(numbers.count)"
      + numbers.sums.map { "," + Self.word($0) }.joined()
      + " tensors=" + (tensors.isEmpty ? "none" : tensors.joined(separator: ";"))
  }

  init?(words: some Collection<String>) {
    var fields: [String: String] = [:]
    for word in words {
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      if parts.count == 2 { fields[parts[0]] = parts[1] }
    }
    func doubles(_ text: String) -> [Double]? {
      let found = text.split(separator: ",").map { Double($0) }
      return found.contains(nil) ? nil : found.compactMap(\.self)
    }
    let hex = words.first.map { $0.hasPrefix("sha256:") ? $0.dropFirst("sha256:".count) : "" } ?? ""
    guard hex.utf8.count == 64, hex.allSatisfy(\.isHexDigit),
      let numbers = fields["numbers"].flatMap(doubles), numbers.count == 5,
      let count = Int(exactly: numbers[0]), let tensors = fields["tensors"]
    else { return nil }
    exact = String(hex)
    self.numbers = NumberSketch(count: count, sums: Array(numbers.dropFirst()))
    self.tensors = []
    for text in tensors == "none" ? [] : tensors.split(separator: ";") {
      guard let found = doubles(String(text)), found.count == 4, let count = Int(exactly: found[0])
      else { return nil }
      self.tensors.append(
        FloatSketch(count: count, length: found[1], sums: Array(found.dropFirst(2))))
    }
  }

  /// Whole numbers without a point, others with all the digits they have.
  private static func word(_ x: Double) -> String {
    Int(exactly: x).map(String.init) ?? "\(x)"
  }
}
