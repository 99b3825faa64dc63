/// What could be typed at a cursor, as far as the text says: the first half of completion, which
/// knows no values.
struct CompletionQuestion {
  enum Subject {
    /// Nothing can be said: in a comment, a number, where a new name is chosen.
    case nothing
    /// A name or the beginning of an expression.
    case name(startsStatement: Bool, argument: Argument?)
    /// After a complete operand, where only `and`, `then` and the like can follow.
    case infix
    /// After the dot of what ends at the token.
    case member(of: Range<Int>)
    /// In the subscript of what the tokens say.
    case key(of: Range<Int>)
    /// After `use`.
    case use
    /// A string that is neither a key nor an argument.
    case text
  }

  /// A place in the arguments of a call.
  struct Argument {
    var callee: Range<Int>
    /// How many positional arguments stand before it.
    var place: Int
    /// The name it has been given.
    var keyword: String?
    /// The names given to other arguments.
    var given: [String]
    /// The first argument: written first, or piped in.
    var first: Range<Int>?
  }

  let scope: PartialScope
  let subject: Subject
  /// The string that the cursor stands in.
  let string: PartialTokens.OpenString?
  /// Where what is to be completed begins, in bytes; it ends at the cursor.
  let start: Int

  /// `source` is the text up to the cursor.
  init(_ source: Source) {
    let reader = PartialTokens(source)
    var place = reader.tokens.count
    var start = source.bytes.count
    var string: PartialTokens.OpenString?
    var isBarred = false
    switch reader.ending {
    case .comment: isBarred = true
    case .string(let open):
      string = open
      start = open.start
    case .code:
      if let last = reader.tokens.last, last.span.end == source.bytes.count {
        switch last.kind {
        case .name, .keyword:
          start = last.span.start
          place -= 1
        case .int, .float, .unfinished, .string: isBarred = true
        default: break
        }
      }
    }
    scope = PartialScope(reader)
    self.string = string
    self.start = start
    subject = isBarred ? .nothing : Self.subject(scope, at: place, inString: string != nil)
  }

  /// What is typed so far of it, as it stands in the text.
  var typed: String { scope.reader.source.string(from: start, to: scope.reader.source.bytes.count) }

  private static func subject(_ scope: PartialScope, at place: Int, inString: Bool) -> Subject {
    switch scope.kind(place - 1) {
    case .mark(.dot)? where !inString:
      guard let start = scope.startOfOperand(endingAt: place - 2) else { return .nothing }
      return .member(of: start..<(place - 1))
    case .mark(.leftBracket)? where scope.isCall(place - 1):
      guard let start = scope.startOfOperand(endingAt: place - 2) else { return .nothing }
      return .key(of: start..<(place - 1))
    case .keyword(let word)? where !scope.isMember(place - 1):
      switch word {
      case .use: return inString ? .use : .nothing
      case .fn, .for, .as, .catch, .break, .continue: return .nothing
      default: break
      }
    default: break
    }
    if scope.frames.last?.kind == .parameters {
      guard case .mark(.assign)? = scope.kind(place - 1) else { return .nothing }
    }
    if let argument = argument(scope, at: place) {
      return .name(startsStatement: false, argument: argument)
    }
    if inString { return .text }
    if scope.frames.last?.kind == .map, opensEntry(scope, place) { return .nothing }
    let startsStatement = scope.startsStatement(place)
    if scope.endsOperand(place - 1), !startsStatement { return .infix }
    return .name(startsStatement: startsStatement, argument: nil)
  }

  /// Where a key of a map is written.
  private static func opensEntry(_ scope: PartialScope, _ place: Int) -> Bool {
    switch scope.kind(place - 1) {
    case .mark(.leftBrace), .mark(.comma): true
    default: false
    }
  }

  private static func argument(_ scope: PartialScope, at place: Int) -> Argument? {
    guard let found = scope.argument(before: place),
      let start = scope.startOfOperand(endingAt: found.open - 1)
    else { return nil }
    var argument = Argument(
      callee: start..<found.open, place: found.place, keyword: found.keyword, given: [])
    var next = found.open + 1
    if case .mark(.pipe)? = scope.kind(start - 1) {
      argument.place += 1
      argument.first = scope.startOfOperand(endingAt: start - 2).map { $0..<(start - 1) }
    } else if next < place {
      argument.first = scope.extent(from: next)
    }
    while next < place {
      if let word = scope.word(next), case .mark(.colon)? = scope.kind(next + 1) {
        if next + 2 < place { argument.given.append(word) }
      }
      let end = scope.extent(from: next).upperBound
      guard case .mark(.comma)? = scope.kind(end) else { break }
      next = end + 1
    }
    return argument
  }
}
