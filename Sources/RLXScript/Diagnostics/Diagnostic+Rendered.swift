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
    let before = place.source.string(from: range.lowerBound, to: start)
    let marked = place.source.string(from: start, to: end)
    let gutter = String(repeating: " ", count: String(number).count)
    // Tabs are kept, so that the carets stand under the span at any tab width.
    let indent = before.unicodeScalars
      .map { $0 == "\t" ? "\t" : String(repeating: " ", count: columnWidth($0)) }.joined()
    let carets = String(repeating: "^", count: max(1, columnWidth(marked)))
    return [
      "  \(place)",
      "  \(number) | \(place.source.string(from: range.lowerBound, to: range.upperBound))",
      "  \(gutter) | \(indent)\(paint.red(carets))",
    ]
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
