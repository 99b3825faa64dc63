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
  /// Shows every row, column and element, however many there are: tables may then be wider.
  package var full: Bool
  /// How the reader can see what is left out; nil where there is no way.
  package var hint: String?

  package static let minimumWidth = 20

  package init(
    width: Int = 80, color: Bool = false, plain: Bool = false, unicode: Bool = true,
    full: Bool = false, hint: String? = nil
  ) {
    self.width = width
    self.color = color
    self.plain = plain
    self.unicode = unicode
    self.full = full
    self.hint = hint
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
package struct Ink: Equatable, Sendable {
  /// The parameters of the escape sequence that begins it.
  let code: String

  package static let bold = Ink(code: "1")
  package static let dim = Ink(code: "2")
  package static let red = Ink(code: "31")
  package static let green = Ink(code: "32")
  package static let yellow = Ink(code: "33")
  package static let blue = Ink(code: "34")
  package static let magenta = Ink(code: "35")
  package static let cyan = Ink(code: "36")

  /// Text on a ground, both numbers of the table of 256 colours.
  static func on(_ ground: Int, _ text: Int) -> Ink { Ink(code: "48;5;\(ground);38;5;\(text)") }
}

extension ViewStyle {
  /// `text` in `ink`, or `text` itself where colour is off. Takes no columns.
  package func paint(_ text: String, _ ink: Ink?) -> String {
    guard color, let ink, !text.isEmpty else { return text }
    return "\u{1b}[\(ink.code)m\(text)\u{1b}[0m"
  }
}
