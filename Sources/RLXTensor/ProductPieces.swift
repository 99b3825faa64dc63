/// How one product [M, K] x [K, N] is cut into pieces that threads compute apart.
///
/// The bounds follow from M, K and N alone, never from the number of threads, so that every sum is
/// grouped alike on any team. Rows or columns of the result are cut, whichever are more; where the
/// result is too small for that and the sums are long (gradients of weights: K counts tokens), the sums
/// are cut, and the parts are added in order afterwards.
package struct ProductPieces {
  package struct Piece {
    package let rows: Range<Int>
    package let columns: Range<Int>
    package let terms: Range<Int>
    /// Which part of the sums this is.
    package let part: Int
  }

  /// Eight pieces keep sixteen threads half busy and cost two threads nothing.
  private static let most = 8
  /// Rows or columns of a panel: with fewer, packing the other operand once per panel shows.
  private static let narrowest = 160
  /// Terms of a part: with fewer, adding the parts up shows.
  private static let shortest = 384
  /// Products and sums of a piece, about 5 us: with fewer, handing it to a thread shows.
  private static let least = 1 << 18

  let m: Int
  let rows: [Range<Int>]
  let columns: [Range<Int>]
  let terms: [Range<Int>]

  package init(m: Int, k: Int, n: Int) {
    self.m = m
    let affordable = m * k * n / Self.least
    let longest = max(m, n)
    let panels = Self.cuts(affordable, longest / Self.narrowest)
    rows = m >= n ? Self.cut(m, panels) : [0..<m]
    columns = m >= n ? [0..<n] : Self.cut(n, panels)
    terms = panels > 2 ? [0..<k] : Self.cut(k, Self.cuts(affordable / panels, k / Self.shortest))
  }

  package var count: Int { rows.count * columns.count * terms.count }

  package subscript(index: Int) -> Piece {
    let (part, panel) = index.quotientAndRemainder(dividingBy: rows.count * columns.count)
    return Piece(
      rows: rows[panel / columns.count], columns: columns[panel % columns.count],
      terms: terms[part], part: part)
  }

  /// The largest power of two that no limit forbids: even teams get even shares.
  private static func cuts(_ limits: Int...) -> Int {
    let limit = max(1, limits.reduce(most, min))
    return 1 << (Int.bitWidth - 1 - limit.leadingZeroBitCount)
  }

  /// 0..<length in `parts` ranges, each but the last a multiple of the widest register's 16 floats.
  private static func cut(_ length: Int, _ parts: Int) -> [Range<Int>] {
    let step = max(16, ((length + parts - 1) / parts + 15) / 16 * 16)
    return stride(from: 0, to: length, by: step).map { $0..<min($0 + step, length) }
  }
}
