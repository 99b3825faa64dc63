/// How values are turned into text: the room there is and what the reader's terminal can show.
package struct ViewStyle: Equatable, Sendable {
  /// Columns of a line. No view writes a longer line; at least `minimumWidth` is assumed.
  package var width: Int
  /// Whether escape sequences for colour may be written.
  package var color: Bool
  /// For screen readers and other programs: labels in place of layout, one fact on a line.
  package var plain: Bool
  /// Whether characters outside ASCII may be written for layout (text itself is never changed).
  package var unicode: Bool
  /// Shows every row and element, however many there are.
  package var full: Bool

  package static let minimumWidth = 20

  package init(
    width: Int = 80, color: Bool = false, plain: Bool = false, unicode: Bool = true,
    full: Bool = false
  ) {
    self.width = width
    self.color = color
    self.plain = plain
    self.unicode = unicode
    self.full = full
  }

  /// The columns that views lay out for.
  var columns: Int { max(width, ViewStyle.minimumWidth) }
  /// Whether layout may use characters outside ASCII.
  var drawsUnicode: Bool { unicode && !plain }
  /// The mark for what was left out within a line.
  var ellipsis: String { drawsUnicode ? "…" : "..." }
  /// Stands between facts on one line.
  var separator: String { drawsUnicode ? " · " : ", " }
}

/// A colour or weight, by what it is called in the ANSI table.
package enum Ink: String, Sendable {
  case bold = "1"
  case dim = "2"
  case red = "31"
  case green = "32"
  case yellow = "33"
  case blue = "34"
  case magenta = "35"
  case cyan = "36"
}

extension ViewStyle {
  /// `text` in `ink`, or `text` itself where colour is off. Takes no columns.
  package func paint(_ text: String, _ ink: Ink?) -> String {
    guard color, let ink, !text.isEmpty else { return text }
    return "\u{1b}[\(ink.rawValue)m\(text)\u{1b}[0m"
  }
}
