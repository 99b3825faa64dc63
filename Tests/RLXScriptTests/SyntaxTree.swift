@testable import RLXScript

/// A program's tree as text, without places: what two layouts of one program have in common.
///
/// Made by reflection, so that nothing of the tree can be forgotten here.
enum SyntaxTree {
  static func text(of source: String) -> String? {
    guard case .program(let statements) = Parser.parse(Source(source, name: "<tree>")) else {
      return nil
    }
    return statements.map { described($0.syntax) + ($0.isQuiet ? ";" : "") }.joined(separator: "\n")
  }

  private static let places: Set<String> = ["span", "nameSpan", "operatorSpan", "source"]

  private static func described(_ value: Any) -> String {
    if value is Span { return "" }
    if let text = value as? String { return tidied(text).debugDescription }
    let mirror = Mirror(reflecting: value)
    guard !mirror.children.isEmpty else { return "\(value)" }
    let parts = mirror.children.compactMap { child -> String? in
      guard !places.contains(child.label ?? "") else { return nil }
      return (child.label.map { $0 + ": " } ?? "") + described(child.value)
    }
    return "(\(mirror.subjectType) \(parts.joined(separator: ", ")))"
  }

  /// Documentation is the only text in which blanks at the ends of lines do not count.
  private static func tidied(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      var line = line
      while line.last == " " || line.last == "\t" { line.removeLast() }
      return String(line)
    }.joined(separator: "\n")
  }

  /// The comments of a text in their order, without the blanks around them.
  static func comments(of text: String) -> [String] {
    let source = Source(text, name: "<comments>")
    var end = 0
    return Lexer.tokens(of: source).flatMap { token -> [String] in
      defer { end = token.span.end }
      return source.string(from: end, to: token.span.start).split { $0.isNewline }
        .map { $0.trimmingBlanks }.filter { $0.hasPrefix("#") }
    }
  }
}

extension Substring {
  fileprivate var trimmingBlanks: String {
    String(
      drop { $0.isWhitespace || $0 == "\u{FEFF}" }.reversed().drop { $0.isWhitespace }.reversed())
  }
}
