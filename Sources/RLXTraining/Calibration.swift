import Glibc

/// How far the differences of scores mean what the Bradley–Terry model says they mean: that of two
/// answers whose scores differ by d the higher is preferred with probability σ(|d|).
///
/// (Guo et al. 2017, arXiv 1706.04599, sections 2 and 3: reliability diagram and expected calibration
/// error.)
package struct Calibration: Equatable, Sendable {
  /// The pairs whose probability lies in [low, high).
  package struct Bin: Equatable, Sendable {
    package let low: Double
    package let high: Double
    package let count: Int
    /// The mean probability σ(|d|); 0 of no pairs.
    package let confidence: Double
    /// The share in which the higher score was preferred; 0 of no pairs.
    package let accuracy: Double
  }

  package let bins: [Bin]
  package let count: Int
  /// Σ count/n · |accuracy − confidence|, in 0…1.
  package let error: Double
  /// mean (1 − σ(d))², in 0…1; ¼ of scores that say nothing (Brier 1950).
  package let brier: Double
  /// −mean log σ(d), in nats.
  package let loss: Double

  /// From the differences d of chosen and rejected scores, and equally wide bins from ½ to 1.
  package init(_ differences: [Double], bins count: Int) {
    let width = 0.5 / Double(count)
    let sure = differences.map { 1 / (1 + exp(-abs($0))) }
    let places = sure.map { min(Int(($0 - 0.5) / width), count - 1) }
    bins = (0..<count).map { bin in
      let rows = places.indices.filter { places[$0] == bin }
      return Bin(
        low: 0.5 + Double(bin) * width, high: 0.5 + Double(bin + 1) * width, count: rows.count,
        confidence: mean(rows.map { sure[$0] }),
        accuracy: mean(rows.map { differences[$0] > 0 ? 1.0 : 0 }))
    }
    self.count = differences.count
    error = bins.reduce(0) {
      $0 + Double($1.count) * abs($1.accuracy - $1.confidence) / Double(max(1, differences.count))
    }
    brier = mean(differences.map { 1 / (1 + exp($0)) }.map { $0 * $0 })
    // −log σ(d) without overflow on either side.
    loss = mean(differences.map { max(-$0, 0) + log1p(exp(-abs($0))) })
  }
}

/// Pairs by how much longer the chosen answer is, in groups of about the same size.
package struct LengthGroup: Equatable, Sendable {
  /// Chosen minus rejected length of the first and the last pair.
  package let from: Int
  package let to: Int
  package let accuracy: Accuracy

  /// Equal differences are never parted, so that there may be fewer groups than asked for.
  package static func groups(lengths: [Int], differences: [Double], count: Int) -> [LengthGroup] {
    let order = lengths.indices.sorted { (lengths[$0], $0) < (lengths[$1], $1) }
    var groups: [LengthGroup] = []
    var start = 0
    while start < order.count {
      let left = max(1, count - groups.count)
      var end = start + max(1, (order.count - start + left - 1) / left)
      while end < order.count, lengths[order[end]] == lengths[order[end - 1]] { end += 1 }
      let rows = order[start..<min(end, order.count)]
      groups.append(
        LengthGroup(
          from: lengths[rows[rows.startIndex]], to: lengths[rows[rows.endIndex - 1]],
          accuracy: Accuracy(
            correct: rows.filter { differences[$0] > 0 }.count, total: rows.count)))
      start = rows.endIndex
    }
    return groups
  }
}
