extension Parser {
  mutating func expression(_ wanted: String = "an expression") throws -> Expression {
    try binary(BinaryOperator.pipe.precedence, wanted)
  }

  /// Operators that bind at least as tightly as `minimum`, left to right.
  private mutating func binary(_ minimum: Int, _ wanted: String) throws -> Expression {
    var left = try prefix(minimum, wanted)
    while let (operation, length) = try binaryOperator(), operation.precedence >= minimum {
      if operation == .power { break }  // `prefix` and `power` take it
      if case .rangeUpTo = operation, isOpenRange { break }
      let span = current.span.joined(token(after: length - 1).span)
      for _ in 0..<length { advance() }
      let leftHeight = height
      if operation == .pipe {
        left = try piped(left)
      } else {
        let right = try binary(operation.precedence + 1, "a value after `\(operation.rawValue)`")
        left = .binary(BinaryExpression(operation, left, right, operatorSpan: span))
        try refuseChain(operation)
      }
      try grow(over: leftHeight)
    }
    tallest = max(tallest, height)
    return left
  }

  /// The operator at the current token, and how many tokens it takes.
  private func binaryOperator() throws -> (BinaryOperator, Int)? {
    guard !isOver else { return nil }
    switch current.kind {
    case .keyword(.or): return (.or, 1)
    case .keyword(.and): return (.and, 1)
    case .keyword(.in): return (.in, 1)
    case .keyword(.not):
      switch token(after: 1).kind {
      case .keyword(.in): return (.notIn, 2)
      case .end:
        throw Stop.incomplete("`in` after `not`", current.span)
      case .name(let name)
      where "in".hasPrefix(name)
        && token(after: 2).span.start
          == token(after: 1).span.end
        && token(after: 1).span.end == source.bytes.count:
        throw Stop.incomplete("`in` after `not`", current.span)
      default: return nil
      }
    case .mark(let mark): return BinaryOperator(rawValue: mark.rawValue).map { ($0, 1) }
    default: return nil
    }
  }

  private func refuseChain(_ operation: BinaryOperator) throws {
    guard let (next, _) = try binaryOperator() else { return }
    if operation.isComparison, next.isComparison { throw hint(.chainedComparison) }
    if operation.precedence == BinaryOperator.rangeUpTo.precedence,
      next.precedence == operation.precedence
    {
      throw invalid("a range has two ends")
    }
  }

  /// `not`, unary minus, or a postfix expression with `**`.
  private mutating func prefix(_ minimum: Int, _ wanted: String) throws -> Expression {
    let start = current.span
    if case .keyword(.not) = current.kind, minimum <= BinaryOperator.precedenceOfNot {
      advance()
      let operand = try nested {
        try $0.binary(BinaryOperator.precedenceOfNot, "a condition after `not`")
      }
      return .unary(UnaryExpression(.not, operand, start.joined(operand.span)))
    }
    if case .keyword(.not) = current.kind {
      throw invalid("`not` binds looser than the operator before it", remedy: "(not x)")
    }
    guard case .mark(.minus) = current.kind else { return try power(wanted) }
    advance()
    if let smallest = smallestInt(start) { return smallest }
    let operand = try nested {
      try $0.binary(BinaryOperator.precedenceOfMinus, "a value after `-`")
    }
    return .unary(UnaryExpression(.negate, operand, start.joined(operand.span)))
  }

  /// `-9223372036854775808`, whose magnitude alone is no int.
  private mutating func smallestInt(_ start: Span) -> Expression? {
    guard case .int(let magnitude) = current.kind, magnitude == Int.min.magnitude else {
      return nil
    }
    productions.insert(.integer)
    return .literal(LiteralExpression(.int(Int.min), start.joined(advance().span)))
  }

  private mutating func power(_ wanted: String) throws -> Expression {
    let base = try postfix(wanted)
    guard at(.power) else { return base }
    let span = advance().span
    let baseHeight = height
    // Right-associative, and the exponent may begin with a minus.
    let exponent = try nested {
      try $0.prefix(BinaryOperator.precedenceOfMinus, "an exponent after `**`")
    }
    try grow(over: baseHeight)
    return .binary(BinaryExpression(.power, base, exponent, operatorSpan: span))
  }

  /// The right side of `|>`: a call gets the value as its first argument, anything else is called.
  private mutating func piped(_ value: Expression) throws -> Expression {
    productions.insert(.pipe)
    let target = try postfix("a function after `|>`")
    let first = ArgumentSyntax(name: nil, nameSpan: nil, value: value)
    let span = value.span.joined(target.span)
    switch target {
    case .call(let call):
      return .call(CallExpression(call.callee, [first] + call.arguments, span))
    case .method(let call):
      let member = MemberExpression(call.object, call.name, nameSpan: call.nameSpan)
      return .method(MethodExpression(member, [first] + call.arguments, span))
    case .member(let member):
      return .method(MethodExpression(member, [first], span))
    default:
      return .call(CallExpression(target, [first], span))
    }
  }

  // MARK: - Postfix

  private mutating func postfix(_ wanted: String) throws -> Expression {
    var result = try primary(wanted)
    while !isOver, case .mark(let mark) = current.kind {
      let objectHeight = height
      switch mark {
      case .leftParen: result = try call(result)
      case .leftBracket: result = try index(result)
      case .dot:
        advance()
        let (name, span) = try word("a name after the dot")
        productions.insert(.member)
        result = .member(MemberExpression(result, name, nameSpan: span))
      default: return result
      }
      try grow(over: objectHeight)
    }
    return result
  }

  private mutating func call(_ callee: Expression) throws -> Expression {
    let arguments = try arguments()
    let span = callee.span.joined(Span(previousEnd, previousEnd))
    if case .member(let member) = callee {
      productions.insert(.method)
      return .method(MethodExpression(member, arguments, span))
    }
    productions.insert(.call)
    return .call(CallExpression(callee, arguments, span))
  }

  private mutating func arguments() throws -> [ArgumentSyntax] {
    advance()
    return try bracketed {
      var arguments: [ArgumentSyntax] = []
      while !$0.at(.rightParen) {
        arguments.append(try $0.argument(after: arguments))
        guard $0.accept(.comma) != nil else { break }
        if $0.at(.rightParen) { $0.productions.insert(.trailingComma) }
      }
      try $0.expect(.rightParen, "`,` or `)` after the argument")
      return arguments
    }
  }

  private mutating func argument(after others: [ArgumentSyntax]) throws -> ArgumentSyntax {
    let isWord =
      switch current.kind {
      case .name, .keyword: true
      default: false
      }
    if isWord, case .mark(.colon) = token(after: 1).kind {
      let (name, span) = try word("a name")
      advance()
      productions.insert(.namedArgument)
      if others.contains(where: { $0.name == name }) {
        throw invalid("\(name): is given twice", at: span)
      }
      return ArgumentSyntax(name: name, nameSpan: span, value: try expression("a value"))
    }
    let value = try expression("an argument or `)`")
    if isAtEnd { throw unexpected("`,` or `)` after the argument") }
    if others.last?.name != nil {
      throw invalid(
        "arguments without a name come before those with one", at: value.span,
        remedy: "name: value")
    }
    if case .name = value, at(.assign) {
      throw invalid("arguments are named with `:`", remedy: "name: value")
    }
    return ArgumentSyntax(name: nil, nameSpan: nil, value: value)
  }

  // MARK: - Subscripts

  private mutating func index(_ object: Expression) throws -> Expression {
    advance()
    productions.insert(.subscripts)
    let subscripts = try bracketed {
      var subscripts = [try $0.subscriptItem()]
      while $0.accept(.comma) != nil { subscripts.append(try $0.subscriptItem()) }
      try $0.expect(.rightBracket, "`,` or `]` after the subscript")
      return subscripts
    }
    let span = object.span.joined(Span(previousEnd, previousEnd))
    return .index(IndexExpression(object, subscripts, span))
  }

  private mutating func subscriptItem() throws -> SubscriptSyntax {
    if let token = accept(.ellipsis) {
      productions.insert(.ellipsis)
      return .ellipsis(token.span)
    }
    let start = current.span
    if let mark = accept(.rangeUpTo) ?? accept(.rangeThrough) {
      return try subscriptRange(nil, mark, start)
    }
    let value = try binary(BinaryOperator.pipe.precedence, "a subscript")
    if case .binary(let range) = value, range.isRange {
      productions.insert(.subscriptRange)
      return .range(
        lower: range.left, upper: range.right, isClosed: range.operation == .rangeThrough,
        range.span)
    }
    if let mark = accept(.rangeUpTo) { return try subscriptRange(value, mark, start) }
    return .value(value)
  }

  private mutating func subscriptRange(
    _ lower: Expression?, _ mark: Token, _ start: Span
  ) throws -> SubscriptSyntax {
    productions.insert(.subscriptRange)
    let isClosed = if case .mark(.rangeThrough) = mark.kind { true } else { false }
    var upper: Expression?
    if !at(.comma), !at(.rightBracket) {
      upper = try binary(BinaryOperator.precedenceOfSum, "an end of the range, `,` or `]`")
    }
    if isClosed, upper == nil { throw unexpected("the end of the range after `..=`") }
    let span = start.joined(Span(previousEnd, previousEnd))
    return .range(lower: lower, upper: upper, isClosed: isClosed, span)
  }

  /// `a..` before `,` or `]`: the open end belongs to the subscript, not to an operator.
  private var isOpenRange: Bool {
    guard ignoresNewlines, case .mark(.rangeUpTo) = current.kind,
      case .mark(let next) = token(after: 1).kind
    else { return false }
    return next == .comma || next == .rightBracket
  }
}

extension BinaryExpression {
  var isRange: Bool { operation == .rangeUpTo || operation == .rangeThrough }
}
