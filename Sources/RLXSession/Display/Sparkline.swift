/// A series in one line of characters, one or more values each.
package enum Sparkline {
  private static let blocks: [Character] = Array("▁▂▃▄▅▆▇█")
  private static let letters: [Character] = Array("_.-:=+*#")

  /// `values` from the least (lowest mark) to the greatest, in at most `columns` characters.
  ///
  /// Longer series show the mean of each stretch. A value that is not finite is a space (`?` in
  /// ASCII); a constant series stands in the middle; no values give an empty text.
  package static func text(_ values: [Double], columns: Int, style: ViewStyle) -> String {
    let shown = stretches(values, count: max(columns, 1))
    let marks = style.drawsUnicode ? blocks : letters
    let finite = shown.filter(LinePlot.isDrawn)
    guard let low = finite.min(), let high = finite.max() else {
      return String(repeating: style.drawsUnicode ? " " : "?", count: shown.count)
    }
    return String(
      shown.map { value -> Character in
        guard LinePlot.isDrawn(value) else { return style.drawsUnicode ? " " : "?" }
        guard high > low else { return marks[marks.count / 2 - 1] }
        let share = (value - low) / (high - low)
        return marks[min(Int(share * Double(marks.count)), marks.count - 1)]
      })
  }

  private static func stretches(_ values: [Double], count: Int) -> [Double] {
    guard values.count > count else { return values }
    return (0..<count).map { index in
      let part = values[(index * values.count / count)..<((index + 1) * values.count / count)]
      return part.reduce(0, +) / Double(part.count)
    }
  }
}
