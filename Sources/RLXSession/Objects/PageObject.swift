import RLXScript

/// Text shown as it is, without quotes: what `help` and `explain` give.
package final class PageObject: Unchanging {
  package let text: String
  package let identity = ObjectIdentity()

  package init(_ text: String) { self.text = text }

  package var typeName: String { "Page" }
  package var isData: Bool { true }

  package func isEqual(to other: any HostObject) -> Bool {
    (other as? PageObject).map { Text($0.text) == Text(text) } ?? false
  }

  package func display(_ style: DisplayStyle) -> String {
    let view = ViewStyle(style)
    let text = view.drawsUnicode ? text : Spelled.out(text)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    return lines.indices.flatMap { place in
      let ink: Ink? = PageObject.isHeading(place, in: lines) ? .bold : nil
      return PageObject.wrapped(lines[place], columns: view.columns).map { view.paint($0, ink) }
    }.joined(separator: "\n")
  }

  /// The first line, and a line between an empty and an indented one.
  private static func isHeading(_ place: Int, in lines: [String]) -> Bool {
    guard place > 0 else { return true }
    guard !lines[place].isEmpty, !lines[place].hasPrefix(" "), lines[place - 1].isEmpty else {
      return false
    }
    return place + 1 < lines.count && lines[place + 1].hasPrefix("  ")
      && TextWidth.of(lines[place]) <= 64 && !lines[place].hasSuffix(".")
  }

  /// A line wrapped under itself: below its second column where it has two.
  private static func wrapped(_ line: String, columns: Int) -> [String] {
    let indent = line.prefix { $0 == " " }.count
    let body = line.dropFirst(indent)
    var hang = indent
    if let gap = body.firstRange(of: "   ") ?? body.firstRange(of: "  ") {
      let rest = body[gap.upperBound...].drop { $0 == " " }
      hang = TextWidth.of(line[..<rest.startIndex])
    }
    guard TextWidth.of(line) > columns, hang + 16 < columns else {
      return Wrap.lines(line, columns: columns)
    }
    let head = TextWidth.prefix(line, columns: hang)
    let tail = Wrap.lines(String(line.dropFirst(head.count)), columns: columns - hang)
    let margin = String(repeating: " ", count: hang)
    return tail.enumerated().map { ($0 == 0 ? head : margin) + $1 }
  }

  package func plain() throws -> Value? { .string(text) }

  package func absorb(into digest: inout DigestBuilder) { digest.text(text) }
}
