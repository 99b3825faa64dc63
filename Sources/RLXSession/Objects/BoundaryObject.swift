import RLXModels
import RLXScript

/// A row token by token: prompt, answer, special tokens, and what the loss sees.
package final class BoundaryObject: Unchanging {
  package static let typeName = "Boundary"

  let boundary: Boundary
  package let identity = ObjectIdentity()

  package init(_ boundary: Boundary) {
    self.boundary = boundary
  }

  package var typeName: String { Self.typeName }
  package var isData: Bool { true }
  package var count: Int? { boundary.tokens.count }

  /// The tokens the loss sees.
  var trained: Int { boundary.tokens.count { $0.isTrained } }

  private func count(_ part: Boundary.Part) -> Int { boundary.tokens.count { $0.part == part } }

  /// One token as a map.
  private func row(_ place: Int) -> Value {
    let token = boundary.tokens[place]
    return .map([
      ("token", .string(token.text)), ("id", .int(Int(token.id))),
      ("part", .string(token.part.rawValue)), ("special", .bool(token.isSpecial)),
      ("loss", .bool(token.isTrained)),
    ])
  }

  package func index(_ subscripts: [SubscriptValue]) throws -> Value {
    switch try ListPlace(subscripts, of: boundary.tokens.count, in: Self.typeName) {
    case .element(let place): row(place)
    case .slice(let range): .list(range.map(row))
    }
  }

  package func makeIterator() throws -> (() throws -> Value?)? {
    var place = 0
    return { [self] in
      guard place < boundary.tokens.count else { return nil }
      defer { place += 1 }
      return row(place)
    }
  }

  package func isEqual(to other: any HostObject) -> Bool {
    guard let other = other as? BoundaryObject else { return false }
    let (a, b) = (boundary.tokens, other.boundary.tokens)
    return a.count == b.count
      && zip(a, b).allSatisfy {
        $0.id == $1.id && $0.part == $1.part && $0.isTrained == $1.isTrained
      }
  }

  package func display(_ style: DisplayStyle) -> String {
    let view = ViewStyle(style)
    let tokens = boundary.tokens
    var table = TableView(
      title: summary(view), columns: ["token", "id", "part", "special", "loss"],
      rowCount: tokens.count
    ) { place in
      let token = tokens[place]
      return [
        .text("\"\(TextWidth.visible(token.text))\""), .integer(Int(token.id)),
        .text(token.part.rawValue), .text(token.isSpecial ? "special" : ""),
        .text(token.isTrained ? "loss" : ""),
      ]
    }
    table.rowLimit = 60
    table.ink = { row, column in
      let token = tokens[row]
      return column == 3 ? .magenta : token.isTrained ? .green : token.isSpecial ? .magenta : .dim
    }
    return table.text(view)
  }

  /// `6 of prompt · 9 of answer · the loss sees 9 · 3 cut off the prompt`
  private func summary(_ style: ViewStyle) -> String {
    let end = count(.end)
    let cut = boundary.cut
    return [
      "\(NumberText.count(count(.prompt), "token")) of prompt",
      "\(count(.answer)) of answer", end > 0 ? "an end token" : nil, "the loss sees \(trained)",
      cut.prompt > 0 ? "\(cut.prompt) cut off the prompt" : nil,
      cut.answer > 0 ? "\(cut.answer) cut off the answer" : nil,
    ].compactMap(\.self).joined(separator: style.separator)
  }

  package func plain() throws -> Value? { .list(boundary.tokens.indices.map(row)) }

  package func absorb(into digest: inout DigestBuilder) {
    digest.integers(boundary.tokens.map(\.id))
    for token in boundary.tokens {
      digest.text(token.part.rawValue)
      digest.flag(token.isTrained)
    }
  }
}
