import RLXScript

/// The line a session file shows beside a digest: for people, never compared.
enum Preview {
  static let width = 60

  static func line(_ value: Value) -> String? {
    if value.isNil { return nil }
    let text = value.display(DisplayStyle(width: width, maximumItems: 8, isPlain: true))
    guard let first = text.split(separator: "\n").first else { return nil }
    let scalars = first.unicodeScalars
    if scalars.count <= width { return String(first) }
    return String(String.UnicodeScalarView(scalars.prefix(width - 1))) + "…"
  }
}
