/// Expressions, weakest binding first: `a if c else b`, `or`, `and`, `not`, comparisons, `+ -`, `~`,
/// `* / // %`, `**`, signs, then what follows a value: `.name`, `[…]`, `(…)`, `| filter`, `is test`.
extension TemplateParser {
  /// One expression or, where commas follow, a tuple of them.
  mutating func tupleOrExpression(
    withChoice: Bool = true, until end: String? = nil, isInBrackets: Bool = false
  ) throws(TemplateError) -> TemplateExpression {
    let place = token.place
    var items: [TemplateExpression] = []
    var isTuple = false
    while !isTupleEnd(end) {
      items.append(try expression(withChoice: withChoice))
      guard take(",") else { break }
      isTuple = true
    }
    if !isTuple {
      if let only = items.first { return only }
      guard isInBrackets else { throw wrong("an expression") }
    }
    return TemplateExpression(.tuple(items), at: place)
  }

  private func isTupleEnd(_ end: String?) -> Bool {
    switch token.kind {
    case .variableEnd, .blockEnd, .sign(")"): true
    case .name(let name): name == end
    default: false
    }
  }

  mutating func expression(withChoice: Bool = true) throws(TemplateError) -> TemplateExpression {
    try enter()
    defer { leave() }
    let place = token.place
    var value = try binary(0)
    while withChoice, takeName("if") {
      let condition = try binary(0)
      let other = takeName("else") ? try expression() : nil
      value = try made(.choice(condition: condition, then: value, else: other), at: place)
    }
    return value
  }

  /// The expression, unless it is too deep.
  private func made(
    _ kind: TemplateExpression.Kind, at place: TemplatePlace
  ) throws(TemplateError) -> TemplateExpression {
    let made = TemplateExpression(kind, at: place)
    guard made.depth <= Template.maxDepth else {
      throw TemplateError(
        .limit("more than \(Template.maxDepth) operations inside each other"), at: place)
    }
    return made
  }

  // MARK: - Operators

  /// The levels of `binary`: `or`, `and`, `not`, comparisons, `+ -`, `~`, `* / // %`, `**`.
  private static let comparisonLevel = 3
  private static let joinLevel = 5
  private static let signs: [Int: [String]] = [
    4: ["+", "-"], 6: ["*", "/", "//", "%"], 7: ["**"],
  ]

  private mutating func binary(_ level: Int) throws(TemplateError) -> TemplateExpression {
    let place = token.place
    switch level {
    case 0, 1:
      var value = try binary(level + 1)
      while takeName(level == 0 ? "or" : "and") {
        let right = try binary(level + 1)
        value = try made(level == 0 ? .or(value, right) : .and(value, right), at: place)
      }
      return value
    case 2:
      guard takeName("not") else { return try binary(level + 1) }
      try enter()
      defer { leave() }
      return try made(.not(try binary(level)), at: place)
    case Self.comparisonLevel: return try comparison()
    case Self.joinLevel:
      var parts = [try binary(level + 1)]
      while take("~") { parts.append(try binary(level + 1)) }
      return parts.count == 1 ? parts[0] : try made(.joined(parts), at: place)
    case 8: return try signed(withFilters: true)
    default:
      var value = try binary(level + 1)
      while case .sign(let sign) = token.kind, Self.signs[level]?.contains(sign) ?? false {
        let place = token.place
        advance()
        value = try made(.arithmetic(sign, value, try binary(level + 1)), at: place)
      }
      return value
    }
  }

  private mutating func comparison() throws(TemplateError) -> TemplateExpression {
    let place = token.place
    let first = try binary(Self.comparisonLevel + 1)
    var rest: [(sign: String, operand: TemplateExpression)] = []
    while true {
      let sign: String
      switch token.kind {
      case .sign(let found) where ["==", "!=", "<", "<=", ">", ">="].contains(found): sign = found
      case .name("in"): sign = "in"
      case .name("not") where next.kind == .name("in"):
        advance()
        sign = "not in"
      default: return rest.isEmpty ? first : try made(.comparison(first, rest), at: place)
      }
      advance()
      rest.append((sign, try binary(Self.comparisonLevel + 1)))
    }
  }

  private mutating func signed(withFilters: Bool) throws(TemplateError) -> TemplateExpression {
    let place = token.place
    var value: TemplateExpression
    if token.kind == .sign("-") || token.kind == .sign("+") {
      let isMinus = token.kind == .sign("-")
      advance()
      try enter()
      let operand = try signed(withFilters: false)
      leave()
      value = try made(isMinus ? .negative(operand) : .positive(operand), at: place)
    } else {
      value = try primary()
    }
    value = try followed(value)
    return withFilters ? try filtered(value) : value
  }

  // MARK: - Values

  private mutating func primary() throws(TemplateError) -> TemplateExpression {
    let place = token.place
    switch token.kind {
    case .name(let name):
      advance()
      switch name {
      case "true", "True": return TemplateExpression(.constant(.bool(true)), at: place)
      case "false", "False": return TemplateExpression(.constant(.bool(false)), at: place)
      case "none", "None": return TemplateExpression(.constant(.none), at: place)
      default:
        namesRead.insert(name)
        return TemplateExpression(.name(name), at: place)
      }
    case .string(var text):
      advance()
      while case .string(let more) = token.kind {
        text += more
        advance()
      }
      return TemplateExpression(.constant(.string(text)), at: place)
    case .int(let value):
      advance()
      return TemplateExpression(.constant(.int(value)), at: place)
    case .double(let value):
      advance()
      return TemplateExpression(.constant(.double(value)), at: place)
    case .sign("("):
      advance()
      let inner = try tupleOrExpression(isInBrackets: true)
      try expect(")")
      return inner
    case .sign("["):
      advance()
      return try made(.list(try items(until: "]")), at: place)
    case .sign("{"):
      advance()
      return try made(.map(try entries()), at: place)
    default: throw wrong("an expression")
    }
  }

  private mutating func items(until end: String) throws(TemplateError) -> [TemplateExpression] {
    var items: [TemplateExpression] = []
    while !take(end) {
      if !items.isEmpty {
        try expect(",")
        if take(end) { break }
      }
      items.append(try expression())
    }
    return items
  }

  private mutating func entries() throws(TemplateError)
    -> [(key: TemplateExpression, value: TemplateExpression)]
  {
    var entries: [(key: TemplateExpression, value: TemplateExpression)] = []
    while !take("}") {
      if !entries.isEmpty {
        try expect(",")
        if take("}") { break }
      }
      let key = try expression()
      try expect(":")
      entries.append((key, try expression()))
    }
    return entries
  }

  // MARK: - What follows a value

  private mutating func followed(_ value: TemplateExpression) throws(TemplateError)
    -> TemplateExpression
  {
    var value = value
    while true {
      let place = token.place
      switch token.kind {
      case .sign("."):
        advance()
        if case .int(let place) = token.kind {
          let index = TemplateExpression(.constant(.int(place)), at: token.place)
          advance()
          value = try made(.element(value, index), at: index.place)
        } else {
          value = try made(.attribute(value, try expectName()), at: place)
        }
      case .sign("["):
        advance()
        value = try made(try subscripted(value), at: place)
      case .sign("("): value = try made(.call(value, try arguments()), at: place)
      default: return value
      }
    }
  }

  private mutating func subscripted(_ value: TemplateExpression) throws(TemplateError)
    -> TemplateExpression.Kind
  {
    var bounds: [TemplateExpression?] = []
    var bound: TemplateExpression?
    while !take("]") {
      if take(":") {
        bounds.append(bound)
        bound = nil
      } else if bound == nil {
        bound = try expression()
      } else {
        throw wrong("]")
      }
    }
    if bounds.isEmpty, let bound { return .element(value, bound) }
    bounds.append(bound)
    guard (2...3).contains(bounds.count) else { throw wrong("an index, or two or three bounds") }
    return .slice(value, bounds)
  }

  private mutating func filtered(_ value: TemplateExpression) throws(TemplateError)
    -> TemplateExpression
  {
    var value = value
    while true {
      let place = token.place
      switch token.kind {
      case .sign("|"): value = try filterChain(value)
      case .name("is"):
        advance()
        value = try test(value, at: place)
      case .sign("("): value = try made(.call(value, try arguments()), at: place)
      default: return value
      }
    }
  }

  /// The filters that follow; `isOpen`, the first one has no bar before it.
  mutating func filterChain(_ value: TemplateExpression?, isOpen: Bool = false)
    throws(TemplateError) -> TemplateExpression
  {
    var value = value
    var isOpen = isOpen
    while isOpen || take("|") {
      isOpen = false
      let place = token.place
      let name = try expectName()
      let arguments = try token.kind == .sign("(") ? self.arguments() : TemplateArguments()
      value = try made(.filter(value, name: name, arguments), at: place)
    }
    guard let value else { throw wrong("a filter") }
    return value
  }

  private mutating func test(_ value: TemplateExpression, at place: TemplatePlace)
    throws(TemplateError) -> TemplateExpression
  {
    let isNegated = takeName("not")
    let name = try expectName()
    var arguments = TemplateArguments()
    switch token.kind {
    case .sign("("): arguments = try self.arguments()
    case .name("else"), .name("or"), .name("and"): break
    case .name("is"): throw wrong("one test")
    case .name, .string, .int, .double, .sign("["), .sign("{"):
      arguments.positional = [try followed(try primary())]
    default: break
    }
    let test = try made(.test(value, name: name, arguments), at: place)
    return isNegated ? try made(.not(test), at: place) : test
  }

  private mutating func arguments() throws(TemplateError) -> TemplateArguments {
    var arguments = TemplateArguments()
    var isFirst = true
    try expect("(")
    while !take(")") {
      if !isFirst {
        try expect(",")
        if take(")") { break }
      }
      isFirst = false
      if take("*") {
        guard arguments.rest == nil, arguments.namedRest == nil else {
          throw wrong("one * at most")
        }
        arguments.rest = try expression()
      } else if take("**") {
        guard arguments.namedRest == nil else { throw wrong("one ** at most") }
        arguments.namedRest = try expression()
      } else if case .name(let name) = token.kind, next.kind == .sign("=") {
        advance()
        advance()
        arguments.named.append((name, try expression()))
      } else {
        guard arguments.named.isEmpty, arguments.rest == nil, arguments.namedRest == nil else {
          throw wrong("arguments without a name before those with one")
        }
        arguments.positional.append(try expression())
      }
    }
    return arguments
  }
}
