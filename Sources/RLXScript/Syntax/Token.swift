/// A word, number, string or mark of the text.
struct Token {
  var kind: TokenKind
  var span: Span
  /// Whether a newline stands between the token before and this one.
  var newlineBefore = false
  /// The `##` lines directly above it.
  var documentation: Documentation?
}

struct Documentation {
  var text: String
  var start: Int
}

enum TokenKind {
  /// The magnitude: a minus is an operator, and the smallest int has no positive counterpart.
  case int(UInt64)
  case float(Double)
  case string([StringPiece])
  case name(String)
  case keyword(Keyword)
  case mark(Mark)
  /// The end of the text.
  case end
  /// Text that is no token; the parser reports it if it gets this far.
  case broken(Diagnostic)
  /// The text ends inside a token, which lacks this.
  case unfinished(String)
}

/// A part of a string literal.
enum StringPiece {
  case text(String)
  /// `\(…)`: the tokens between the parentheses, ended by `.end`.
  case code([Token])
}

package enum Keyword: String, CaseIterable, Sendable {
  case `if`, `else`, then, `for`, `in`, `while`, `return`, `break`, `continue`, use, `as`, `try`
  case `catch`, fail, assert, fn, and, or, not, `true`, `false`, `nil`
}

/// Marks, longer ones before those they begin with.
enum Mark: String, CaseIterable {
  case ellipsis = "..."
  case rangeThrough = "..="
  case power = "**"
  case floorDivide = "//"
  case arrow = "=>"
  case equal = "=="
  case notEqual = "!="
  case lessOrEqual = "<="
  case greaterOrEqual = ">="
  case plusAssign = "+="
  case minusAssign = "-="
  case timesAssign = "*="
  case divideAssign = "/="
  case coalesce = "??"
  case pipe = "|>"
  case rangeUpTo = ".."
  case leftParen = "("
  case rightParen = ")"
  case leftBracket = "["
  case rightBracket = "]"
  case leftBrace = "{"
  case rightBrace = "}"
  case comma = ","
  case colon = ":"
  case semicolon = ";"
  case dot = "."
  case assign = "="
  case less = "<"
  case greater = ">"
  case plus = "+"
  case minus = "-"
  case times = "*"
  case divide = "/"
  case remainder = "%"
  case at = "@"

  /// The longest mark at `position`, if any.
  static func longest(in bytes: [UInt8], at position: Int) -> Mark? {
    guard bytes[position] < 0x80 else { return nil }
    for (mark, spelling) in spellings[Int(bytes[position])]
    where position + spelling.count <= bytes.count
      && zip(bytes[position...], spelling).allSatisfy({ $0 == $1 })
    {
      return mark
    }
    return nil
  }

  /// The marks by their first byte, longer ones first.
  private static let spellings: [[(mark: Mark, utf8: [UInt8])]] = (0..<128).map { byte in
    allCases.map { ($0, Array($0.rawValue.utf8)) }.filter { $0.1[0] == byte }
      .sorted { $0.1.count > $1.1.count }
  }
}

extension TokenKind {
  /// Whether a newline after the token can end a statement.
  var canEndStatement: Bool {
    switch self {
    case .int, .float, .string, .name: true
    case .keyword(let word):
      [.true, .false, .nil, .break, .continue, .return].contains(word)
    case .mark(let mark): [.rightParen, .rightBracket, .rightBrace, .ellipsis].contains(mark)
    case .end, .broken, .unfinished: false
    }
  }
}
