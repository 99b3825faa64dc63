/// Reads the statements of a template; `TemplateParser+Expressions.swift` reads what is in them.
struct TemplateParser {
  var tokens: [TemplateToken]
  var at = 0
  /// How many expressions and statements are open: never more than `Template.maxDepth`.
  var nesting = 0
  /// The names read since the innermost macro began.
  var namesRead: Set<String> = []
  /// Whether `break` and `continue` have a loop to act on.
  private var isInLoop = false

  static func statements(of text: String) throws(TemplateError) -> [TemplateStatement] {
    var parser = TemplateParser(tokens: try TemplateLexer.tokens(of: text))
    let body = try parser.body(until: [])
    return body
  }

  private init(tokens: [TemplateToken]) {
    self.tokens = tokens
  }

  // MARK: - Tokens

  var token: TemplateToken { tokens[at] }
  var next: TemplateToken { tokens[min(at + 1, tokens.count - 1)] }

  mutating func advance() { if at < tokens.count - 1 { at += 1 } }

  func wrong(_ wanted: String) -> TemplateError {
    TemplateError(.syntax(found: token.described, wanted: wanted), at: token.place)
  }

  mutating func take(_ sign: String) -> Bool {
    guard token.kind == .sign(sign) else { return false }
    advance()
    return true
  }

  mutating func takeName(_ name: String) -> Bool {
    guard token.kind == .name(name) else { return false }
    advance()
    return true
  }

  mutating func expect(_ sign: String) throws(TemplateError) {
    guard take(sign) else { throw wrong(sign) }
  }

  mutating func expectName() throws(TemplateError) -> String {
    guard case .name(let name) = token.kind else { throw wrong("a name") }
    advance()
    return name
  }

  private mutating func expect(_ kind: TemplateToken.Kind, _ wanted: String) throws(TemplateError) {
    guard token.kind == kind else { throw wrong(wanted) }
    advance()
  }

  /// Opens an expression or a statement within another; `leave` closes it.
  mutating func enter() throws(TemplateError) {
    nesting += 1
    guard nesting <= Template.maxDepth else {
      throw TemplateError(
        .limit("more than \(Template.maxDepth) levels inside each other"), at: token.place)
    }
  }

  mutating func leave() { nesting -= 1 }

  // MARK: - Bodies

  /// The statements up to a tag of one of these names, which becomes the token at hand; up to the
  /// end of the template if there are none.
  private mutating func body(until ends: [String]) throws(TemplateError) -> [TemplateStatement] {
    var body: [TemplateStatement] = []
    while true {
      let place = token.place
      switch token.kind {
      case .data(let text):
        body.append(TemplateStatement(kind: .text(text), place: place))
        advance()
      case .variableBegin:
        advance()
        let value = try tupleOrExpression()
        try expect(.variableEnd, "}}")
        body.append(TemplateStatement(kind: .print(value), place: place))
      case .blockBegin:
        advance()
        if case .name(let name) = token.kind, ends.contains(name) { return body }
        try enter()
        let kinds = try statement()
        leave()
        body += kinds.map { TemplateStatement(kind: $0, place: place) }
        try expect(.blockEnd, "%}")
      default:
        guard ends.isEmpty else { throw wrong("{% \(ends.joined(separator: " %} or {% ")) %}") }
        return body
      }
    }
  }

  /// The body of a block whose tag ends here, and the name of the tag that ended it.
  private mutating func block(_ ends: String...) throws(TemplateError)
    -> (body: [TemplateStatement], end: String)
  {
    _ = take(":")
    try expect(.blockEnd, "%}")
    let body = try self.body(until: ends)
    return (body, try expectName())
  }

  // MARK: - Statements

  private mutating func statement() throws(TemplateError) -> [TemplateStatement.Kind] {
    let place = token.place
    let name: String
    if case .name(let found) = token.kind { name = found } else { throw wrong("a statement") }
    advance()
    switch name {
    case "for": return [try loop()]
    case "if": return [try branch()]
    case "set": return [try assignment()]
    case "macro":
      let name = try expectName()
      return [.macro(try macro(name, end: "endmacro"))]
    case "call": return [try callBlock()]
    case "filter":
      let filter = try filterChain(nil, isOpen: true)
      return [.filterBlock(filter, try block("endfilter").body)]
    case "with": return [try with()]
    case "print":
      var values: [TemplateExpression] = []
      repeat { values.append(try expression()) } while take(",")
      return values.map { .print($0) }
    case "generation":
      return [
        .generation(
          try bodyOutsideLoops { p throws(TemplateError) in
            try p.block("endgeneration").body
          })
      ]
    case "break", "continue":
      guard isInLoop else {
        throw TemplateError(
          .syntax(found: "\(name) outside of a loop", wanted: "a loop"), at: place)
      }
      return [name == "break" ? .break : .continue]
    case "autoescape", "block", "do", "extends", "from", "import", "include", "trans":
      throw TemplateError(.unknown(kind: "statement", name: name), at: place)
    default:
      throw TemplateError(.syntax(found: name, wanted: "a statement"), at: place)
    }
  }

  private mutating func bodyOutsideLoops<R>(
    _ read: (inout TemplateParser) throws(TemplateError) -> R
  ) throws(TemplateError) -> R {
    let before = isInLoop
    isInLoop = false
    defer { isInLoop = before }
    return try read(&self)
  }

  private mutating func loop() throws(TemplateError) -> TemplateStatement.Kind {
    let target = try self.target(until: "in")
    guard takeName("in") else { throw wrong("in") }
    let sequence = try tupleOrExpression(withChoice: false, until: "recursive")
    let condition = takeName("if") ? try expression() : nil
    let isRecursive = takeName("recursive")
    let outer = isInLoop
    isInLoop = true
    let (body, end) = try block("endfor", "else")
    isInLoop = outer
    let otherwise = end == "else" ? try block("endfor").body : []
    return .loop(
      TemplateLoopSyntax(
        target: target, sequence: sequence, condition: condition, isRecursive: isRecursive,
        body: body, otherwise: otherwise))
  }

  private mutating func branch() throws(TemplateError) -> TemplateStatement.Kind {
    var branches: [(condition: TemplateExpression, body: [TemplateStatement])] = []
    while true {
      let condition = try tupleOrExpression(withChoice: false)
      let (body, end) = try block("elif", "else", "endif")
      branches.append((condition, body))
      if end == "endif" { return .branch(branches, else: []) }
      if end == "else" { return .branch(branches, else: try block("endif").body) }
    }
  }

  private mutating func assignment() throws(TemplateError) -> TemplateStatement.Kind {
    let target = try self.target(until: nil, allowsAttributes: true)
    if take("=") { return .set(target, try tupleOrExpression()) }
    let filter = token.kind == .sign("|") ? try filterChain(nil) : nil
    return .setText(target, filter: filter, try block("endset").body)
  }

  private mutating func with() throws(TemplateError) -> TemplateStatement.Kind {
    var values: [(target: TemplateTarget, value: TemplateExpression)] = []
    while token.kind != .blockEnd {
      if !values.isEmpty { try expect(",") }
      let target = try self.target(until: nil)
      try expect("=")
      values.append((target, try expression()))
    }
    return .with(values, try block("endwith").body)
  }

  // MARK: - Macros

  private mutating func macro(_ name: String, end: String) throws(TemplateError)
    -> TemplateMacroSyntax
  {
    let parameters = try token.kind == .sign("(") ? self.parameters() : []
    return try macro(name, parameters, end: end)
  }

  private mutating func macro(
    _ name: String, _ parameters: [(name: String, standard: TemplateExpression?)], end: String
  ) throws(TemplateError) -> TemplateMacroSyntax {
    let outer = namesRead
    namesRead = []
    let body = try bodyOutsideLoops { p throws(TemplateError) in try p.block(end).body }
    defer { namesRead.formUnion(outer) }
    return TemplateMacroSyntax(
      name: name, parameters: parameters, body: body, namesUsed: namesRead)
  }

  private mutating func parameters() throws(TemplateError)
    -> [(name: String, standard: TemplateExpression?)]
  {
    var parameters: [(name: String, standard: TemplateExpression?)] = []
    try expect("(")
    while !take(")") {
      if !parameters.isEmpty { try expect(",") }
      let name = try expectName()
      let standard = take("=") ? try expression() : nil
      if standard == nil, parameters.last?.standard != nil {
        throw wrong("a default value, as the parameter before has one")
      }
      parameters.append((name, standard))
    }
    return parameters
  }

  private mutating func callBlock() throws(TemplateError) -> TemplateStatement.Kind {
    let parameters = try token.kind == .sign("(") ? self.parameters() : []
    let call = try expression()
    guard case .call = call.kind else { throw wrong("the call of a macro") }
    return .callBlock(try macro("caller", parameters, end: "endcall"), call: call)
  }

  // MARK: - Targets

  /// What a value is given to: a name, an attribute of a namespace, or several of them.
  private mutating func target(until end: String?, allowsAttributes: Bool = false)
    throws(TemplateError) -> TemplateTarget
  {
    var targets: [TemplateTarget] = []
    var isTuple = false
    repeat {
      if isTuple, isTargetEnd(end) { break }
      targets.append(try singleTarget(allowsAttributes))
      if token.kind == .sign(",") { isTuple = true }
    } while take(",")
    return isTuple ? .tuple(targets) : targets[0]
  }

  private func isTargetEnd(_ end: String?) -> Bool {
    token.kind == .sign("=") || token.kind == .blockEnd || token.kind == .sign(")")
      || (end.map { token.kind == .name($0) } ?? false)
  }

  private mutating func singleTarget(_ allowsAttributes: Bool) throws(TemplateError)
    -> TemplateTarget
  {
    if take("(") {
      try enter()
      let inner = try target(until: nil)
      leave()
      try expect(")")
      return inner
    }
    let place = token.place
    let name = try expectName()
    guard !Self.constants.contains(name) else {
      throw TemplateError(.syntax(found: name, wanted: "a name to give a value to"), at: place)
    }
    guard allowsAttributes, take(".") else { return .name(name) }
    return .attribute(of: name, try expectName())
  }

  static let constants: Set<String> = ["true", "false", "none", "True", "False", "None"]
}
