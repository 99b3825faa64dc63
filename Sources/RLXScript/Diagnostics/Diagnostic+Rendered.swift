extension Diagnostic {
  /// The error as people read it: message, place, the line with the span marked, trail and remedy,
  /// without a final newline.
  package func rendered(color: Bool = false) -> String {
    let paint = Paint(isOn: color)
    var lines = ["\(paint.red("error:")) \(message)"]
    if let place { lines += excerpt(of: place, paint) }
    lines += trailLines
    if let remedy { lines.append("  \(paint.green("try:")) \(remedy)") }
    for other in others.prefix(Self.othersShown) { lines.append(other.rendered(color: color)) }
    if others.count > Self.othersShown {
      lines.append("  and \(others.count - Self.othersShown) more errors")
    }
    return lines.joined(separator: "\n")
  }

  private static let othersShown = 4
  private static let trailShown = 4

  private func excerpt(of place: Place, _ paint: Paint) -> [String] {
    let number = place.line
    let range = place.source.lineRange(number)
    let start = min(max(place.span.start, range.lowerBound), range.upperBound)
    let end = min(max(place.span.end, start), range.upperBound)
    let line = Self.clipped(
      before: place.source.string(from: range.lowerBound, to: start),
      marked: place.source.string(from: start, to: end),
      after: place.source.string(from: end, to: range.upperBound))
    let gutter = String(repeating: " ", count: String(number).count)
    // Tabs are kept, so that the carets stand under the span at any tab width.
    let indent = line.before.unicodeScalars
      .map { $0 == "\t" ? "\t" : String(repeating: " ", count: columnWidth($0)) }.joined()
    let carets = String(repeating: "^", count: max(1, columnWidth(line.marked)))
    return [
      "  \(place)",
      "  \(number) | \(line.before)\(line.marked)\(line.after)",
      "  \(gutter) | \(indent)\(paint.red(carets))",
    ]
  }

  /// The longest line shown whole, in columns.
  private static let lineShown = 110

  /// Of a long line the part around the span, so that the carets stay under it on any screen.
  private static func clipped(
    before: String, marked: String, after: String
  ) -> (before: String, marked: String, after: String) {
    guard columnWidth(before + marked + after) > lineShown else { return (before, marked, after) }
    let head = before.unicodeScalars.suffix(40)
    let body = marked.unicodeScalars.prefix(50)
    let tail = after.unicodeScalars.prefix(90 - head.count - body.count)
    func cut(_ part: Substring.UnicodeScalarView, of whole: String) -> Bool {
      part.count < whole.unicodeScalars.count
    }
    return (
      (cut(head, of: before) ? "…" : "") + String(head),
      String(body) + (cut(body, of: marked) ? "…" : ""),
      String(tail) + (cut(tail, of: after) ? "…" : "")
    )
  }

  private var trailLines: [String] {
    let entries = trail.map { entry in
      "  in \(entry.function)" + (entry.place.map { ", called at \($0)" } ?? "")
    }
    guard entries.count > 2 * Self.trailShown else { return entries }
    let hidden = entries.count - 2 * Self.trailShown
    return entries.prefix(Self.trailShown) + ["  … \(hidden) more calls"]
      + entries.suffix(Self.trailShown)
  }
}

private struct Paint {
  let isOn: Bool
  func red(_ text: String) -> String { isOn ? "\u{1B}[31m\(text)\u{1B}[0m" : text }
  func green(_ text: String) -> String { isOn ? "\u{1B}[32m\(text)\u{1B}[0m" : text }
}
