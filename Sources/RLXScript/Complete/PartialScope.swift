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
    /// Where the function with these parameters is an argument.
    var argument: Argument?
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
        push(
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
      let keyword = functionKeyword(place)
      push(
        Frame(
          kind: keyword == nil ? .parenthesis : .parameters, open: place,
          argument: keyword.flatMap { argument(before: $0) }))
    case .leftBracket: push(Frame(kind: .bracket, open: place))
    case .leftBrace: push(Frame(kind: opensBlock(place) ? .block : .map, open: place))
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

  /// More brackets than these are no program: broken text must not cost time.
  private static let framesAtMost = 4 * Limit.nestingAllowed

  private mutating func push(_ frame: Frame) {
    if frames.count < Self.framesAtMost { frames.append(frame) }
  }

  private mutating func closeArrows() {
    while frames.last?.kind == .arrow { pop() }
  }

  private mutating func close(_ kinds: [Frame.Kind]) {
    guard let match = frames.lastIndex(where: { kinds.contains($0.kind) }) else { return }
    let closed = frames[match]
    while frames.count > match { pop() }
    if closed.kind == .parameters { pending = (closed.parameters, closed.argument) }
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
