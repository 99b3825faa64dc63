/// The brackets open at a cursor, and the names that the text before it defines for that place.
struct PartialScope {
  /// A bracket that is open at the cursor, or the body of a `fn (…) => …`.
  struct Frame {
    enum Kind { case parenthesis, parameters, bracket, map, block, arrow }

    var kind: Kind
    /// Its token.
    var open: Int
    /// The commas directly inside so far.
    var commas = 0
    /// How many names were known before it, where it is the body of a function.
    var outerLocals: Int?
    /// The parameters, while they are read.
    var parameters: [String] = []
  }

  /// A name that the text itself gives a meaning.
  struct Local {
    enum Origin {
      /// Assigned the expression that begins at the token.
      case expression(from: Int)
      /// An element of what the expression that begins at the token gives.
      case element(from: Int)
      /// A parameter of a function that is an argument of the call open at `open`.
      case parameter(Int, of: Argument?)
      /// Declared by the `fn` at the token.
      case function(at: Int)
      case error
      case unknown
    }
    var name: String
    var origin: Origin
  }

  /// An argument of a call, by its place or its name.
  struct Argument {
    /// The call's parenthesis, as a place among the tokens.
    var open: Int
    var place: Int
    var keyword: String?
  }

  let reader: PartialTokens
  private(set) var frames: [Frame] = []
  private(set) var locals: [Local] = []
  /// The function whose parameters have been read and whose body comes next.
  private var pending: (parameters: [String], argument: Argument?)?
  /// Where the function that is being declared is an argument.
  private var declared: [Argument?] = []

  init(_ reader: PartialTokens) {
    self.reader = reader
    for place in reader.tokens.indices { take(place) }
    if startsStatement(reader.tokens.count) { closeArrows() }
  }

  private var tokens: [Token] { reader.tokens }

  private mutating func take(_ place: Int) {
    if startsStatement(place) { closeArrows() }
    if let function = pending {
      pending = nil
      switch tokens[place].kind {
      case .mark(.arrow), .mark(.leftBrace):
        let isArrow = if case .mark(.arrow) = tokens[place].kind { true } else { false }
        frames.append(
          Frame(kind: isArrow ? .arrow : .block, open: place, outerLocals: locals.count))
        for (position, name) in function.parameters.enumerated() {
          locals.append(Local(name: name, origin: .parameter(position, of: function.argument)))
        }
        return
      default: break
      }
    }
    switch tokens[place].kind {
    case .mark(let mark): take(mark, place)
    case .keyword(let keyword) where !isMember(place): take(keyword, place)
    case .name(let name):
      if frames.last?.kind == .parameters, opensArgument(place) {
        frames[frames.count - 1].parameters.append(name)
      }
      if case .keyword(.catch)? = kind(place - 1) {
        locals.append(Local(name: name, origin: .error))
      }
      if case .keyword(.as)? = kind(place - 1) {
        locals.append(Local(name: name, origin: .unknown))
      }
    default: break
    }
  }

  private mutating func take(_ mark: Mark, _ place: Int) {
    switch mark {
    case .leftParen:
      let isDeclaration = isParameterList(place)
      if isDeclaration { declared.append(argument(before: functionKeyword(place) ?? place)) }
      frames.append(Frame(kind: isDeclaration ? .parameters : .parenthesis, open: place))
    case .leftBracket: frames.append(Frame(kind: .bracket, open: place))
    case .leftBrace: frames.append(Frame(kind: opensBlock(place) ? .block : .map, open: place))
    case .rightParen: close([.parenthesis, .parameters])
    case .rightBracket: close([.bracket])
    case .rightBrace: close([.block, .map])
    case .comma:
      closeArrows()
      if !frames.isEmpty { frames[frames.count - 1].commas += 1 }
    case .semicolon: closeArrows()
    case .assign: assign(place)
    default: break
    }
  }

  private mutating func take(_ keyword: Keyword, _ place: Int) {
    switch keyword {
    case .fn:
      if case .name(let name)? = kind(place + 1) {
        locals.append(Local(name: name, origin: .function(at: place)))
      }
    case .in:
      guard case .name(let name)? = kind(place - 1) else { return }
      if case .keyword(.for)? = kind(place - 2) {
        locals.append(Local(name: name, origin: .element(from: place + 1)))
      } else if case .mark(.comma)? = kind(place - 2), case .name(let first)? = kind(place - 3),
        case .keyword(.for)? = kind(place - 4)
      {
        locals += [first, name].map { Local(name: $0, origin: .unknown) }
      }
    default: break
    }
  }

  /// Names before a `=` that begins no default or argument.
  private mutating func assign(_ place: Int) {
    guard frames.last.map({ $0.kind == .block || $0.kind == .arrow }) ?? true else { return }
    var names: [String] = []
    var next = place - 1
    while case .name(let name)? = kind(next) {
      names.append(name)
      guard case .mark(.comma)? = kind(next - 1) else { break }
      next -= 2
    }
    guard !names.isEmpty, startsStatement(next) else { return }
    for name in names.reversed() where name != "_" {
      locals.append(
        Local(
          name: name,
          origin: names.count == 1 ? .expression(from: place + 1) : .element(from: place + 1)))
    }
  }

  // MARK: Frames

  private mutating func closeArrows() {
    while frames.last?.kind == .arrow { pop() }
  }

  private mutating func close(_ kinds: [Frame.Kind]) {
    guard let match = frames.lastIndex(where: { kinds.contains($0.kind) }) else { return }
    let isDeclaration = frames[match].kind == .parameters
    let parameters = frames[match].parameters
    while frames.count > match { pop() }
    if isDeclaration { pending = (parameters, declared.popLast() ?? nil) }
  }

  private mutating func pop() {
    if let outer = frames.removeLast().outerLocals { locals.removeSubrange(outer...) }
  }

  /// The argument that begins at a token, if a call is open there.
  func argument(before place: Int) -> Argument? {
    guard let call = frames.last, call.kind == .parenthesis, isCall(call.open) else { return nil }
    if case .mark(.colon)? = kind(place - 1), let word = word(place - 2), opensArgument(place - 2) {
      return Argument(open: call.open, place: call.commas, keyword: word)
    }
    guard opensArgument(place) else { return nil }
    return Argument(open: call.open, place: call.commas, keyword: nil)
  }
}

// MARK: - What tokens mean to one another

extension PartialScope {
  func kind(_ place: Int) -> TokenKind? {
    reader.tokens.indices.contains(place) ? reader.tokens[place].kind : nil
  }

  /// A name, or a keyword where names may be keywords.
  func word(_ place: Int) -> String? {
    switch kind(place) {
    case .name(let name): name
    case .keyword(let keyword): keyword.rawValue
    default: nil
    }
  }

  func isMember(_ place: Int) -> Bool {
    if case .mark(.dot)? = kind(place - 1) { true } else { false }
  }

  /// Whether the token is the last of something that has a value.
  func endsOperand(_ place: Int) -> Bool {
    switch kind(place) {
    case .int, .float, .string, .name: true
    case .keyword(let word): isMember(place) || [.true, .false, .nil].contains(word)
    case .mark(let mark): [.rightParen, .rightBracket, .rightBrace].contains(mark)
    default: false
    }
  }

  /// Whether a bracket follows its callee: a call or a subscript.
  func isCall(_ open: Int) -> Bool {
    open > 0 && !reader.interpolations.contains(open) && endsOperand(open - 1)
      && !reader.tokens[open].newlineBefore && !isParameterList(open)
  }

  /// Whether a statement begins at the token (or would, where the text ends).
  func startsStatement(_ place: Int) -> Bool {
    guard place > 0 else { return true }
    switch kind(place - 1) {
    case .mark(.semicolon), .mark(.rightBrace): return true
    case .mark(.leftBrace): return frames.last.map { $0.kind == .block } ?? false
    default: break
    }
    let followsNewline =
      place < reader.tokens.count ? reader.tokens[place].newlineBefore : reader.endsAfterNewline
    return followsNewline && endsOperand(place - 1) && !ignoresNewlines
  }

  /// Whether newlines mean nothing here.
  var ignoresNewlines: Bool {
    guard let frame = frames.last(where: { $0.kind != .arrow }) else { return false }
    return frame.kind != .block
  }

  fileprivate func opensArgument(_ place: Int) -> Bool {
    switch kind(place - 1) {
    case .mark(.leftParen), .mark(.comma): true
    default: false
    }
  }

  /// `fn (` or `fn name (`
  private func isParameterList(_ open: Int) -> Bool { functionKeyword(open) != nil }

  fileprivate func functionKeyword(_ open: Int) -> Int? {
    if case .keyword(.fn)? = kind(open - 1), !isMember(open - 1) { return open - 1 }
    if case .name? = kind(open - 1), case .keyword(.fn)? = kind(open - 2), !isMember(open - 2) {
      return open - 2
    }
    return nil
  }

  fileprivate func opensBlock(_ place: Int) -> Bool {
    if case .keyword(let word)? = kind(place - 1), !isMember(place - 1) {
      return [.else, .try, .true, .false, .nil].contains(word)
    }
    return endsOperand(place - 1)
  }
}

// MARK: - Expressions

extension PartialScope {
  /// The first token of the operand with its calls, subscripts and members that ends at `last`.
  func startOfOperand(endingAt last: Int) -> Int? {
    var place = last
    while place >= 0 {
      var start = place
      switch kind(place) {
      case .mark(.rightParen), .mark(.rightBracket):
        guard let open = opening(of: place) else { return nil }
        if isCall(open) {
          place = open - 1
          continue
        }
        start = open
      case .mark(.rightBrace):
        guard let open = opening(of: place) else { return nil }
        start = open
      default:
        guard endsOperand(place) else { return nil }
      }
      guard isMember(start) else { return start }
      place = start - 2
    }
    return nil
  }

  /// The bracket that the one at `place` closes.
  private func opening(of place: Int) -> Int? {
    var depth = 0
    for place in stride(from: place, through: 0, by: -1) {
      switch kind(place) {
      case .mark(.rightParen), .mark(.rightBracket), .mark(.rightBrace): depth += 1
      case .mark(.leftParen), .mark(.leftBracket), .mark(.leftBrace):
        depth -= 1
        if depth == 0 { return place }
      default: break
      }
    }
    return nil
  }

  /// The tokens of the expression that begins at `start`: up to what cannot belong to it.
  func extent(from start: Int) -> Range<Int> {
    var depth = 0
    var place = start
    while place < reader.tokens.count {
      let isOutermost = depth == 0 && place > start
      if isOutermost, reader.tokens[place].newlineBefore, endsOperand(place - 1) { break }
      switch kind(place) {
      case .mark(.leftBrace) where isOutermost && endsOperand(place - 1) && !opensBody(place):
        return start..<place
      case .mark(.leftParen), .mark(.leftBracket), .mark(.leftBrace): depth += 1
      case .mark(.rightParen), .mark(.rightBracket), .mark(.rightBrace):
        depth -= 1
        if depth < 0 { return start..<place }
      case .mark(.semicolon) where depth == 0, .mark(.comma) where depth == 0:
        return start..<place
      default: break
      }
      place += 1
    }
    return start..<place
  }

  /// Whether a brace follows the parameters of a function.
  private func opensBody(_ place: Int) -> Bool {
    guard case .mark(.rightParen)? = kind(place - 1) else { return false }
    return opening(of: place - 1).flatMap(functionKeyword) != nil
  }

  /// The expression in these tokens, if it is whole.
  func expression(_ range: Range<Int>) -> Expression? {
    guard let text = text(range),
      case .program(let statements) = Parser.parse(Source("(" + text + "\n)", name: "<cursor>")),
      case .expression(let expression)? = statements.first?.syntax, statements.count == 1
    else { return nil }
    return expression
  }

  /// The function declared by the `fn` at a token, if it is whole.
  func function(at place: Int) -> FunctionSyntax? {
    guard let text = text(extent(from: place)),
      case .program(let statements) = Parser.parse(Source(text, name: "<cursor>")),
      case .function(let statement)? = statements.first?.syntax
    else { return nil }
    return statement.function
  }

  private func text(_ range: Range<Int>) -> String? {
    guard let first = range.first, let last = range.last, last < reader.tokens.count else {
      return nil
    }
    return reader.source.string(
      from: reader.tokens[first].span.start, to: reader.tokens[last].span.end)
  }
}
