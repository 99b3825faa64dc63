/// A statement; see `Expression` for why the cases hold classes.
package enum Statement {
  case assign(AssignStatement)
  case update(UpdateStatement)
  case function(FunctionStatement)
  case conditional(IfStatement)
  case forLoop(ForStatement)
  case whileLoop(WhileStatement)
  case returning(ReturnStatement)
  case breaking(Span)
  case continuing(Span)
  case use(UseStatement)
  case attempt(TryStatement)
  case fail(FailStatement)
  case assertion(AssertStatement)
  case expression(Expression)
}

struct Block {
  let statements: [Statement]
  let span: Span
}

/// What can stand left of `=`.
enum PlaceSyntax {
  case name(NameExpression)
  case index(IndexExpression)
  case member(MemberExpression)
  case discard(Span)

  var span: Span {
    switch self {
    case .name(let e): e.span
    case .index(let e): e.span
    case .member(let e): e.span
    case .discard(let span): span
    }
  }
}

/// `a, b[0] = x, y`
package final class AssignStatement {
  let places: [PlaceSyntax]
  let values: [Expression]
  let span: Span
  init(_ places: [PlaceSyntax], _ values: [Expression], _ span: Span) {
    self.places = places
    self.values = values
    self.span = span
  }
}

/// `a += x`
package final class UpdateStatement {
  let place: PlaceSyntax
  let operation: BinaryOperator
  let value: Expression
  let span: Span
  init(_ place: PlaceSyntax, _ operation: BinaryOperator, _ value: Expression, _ span: Span) {
    self.place = place
    self.operation = operation
    self.value = value
    self.span = span
  }
}

package final class FunctionStatement {
  let target: NameExpression
  let function: FunctionSyntax
  init(_ target: NameExpression, _ function: FunctionSyntax) {
    self.target = target
    self.function = function
  }
}

package final class IfStatement {
  let branches: [(condition: Expression, body: Block)]
  let otherwise: Block?
  init(_ branches: [(condition: Expression, body: Block)], otherwise: Block?) {
    self.branches = branches
    self.otherwise = otherwise
  }
}

package final class ForStatement {
  let targets: [PlaceSyntax]
  let sequence: Expression
  let body: Block
  let span: Span
  init(_ targets: [PlaceSyntax], _ sequence: Expression, _ body: Block, _ span: Span) {
    self.targets = targets
    self.sequence = sequence
    self.body = body
    self.span = span
  }
}

package final class WhileStatement {
  let condition: Expression
  let body: Block
  init(_ condition: Expression, _ body: Block) {
    self.condition = condition
    self.body = body
  }
}

package final class ReturnStatement {
  let value: Expression?
  init(_ value: Expression?) { self.value = value }
}

package final class UseStatement {
  /// As written in the program.
  package let path: String
  let target: NameExpression?
  let span: Span
  /// The file, found before anything runs.
  var module: Module?
  /// The names it brings where no `as` gives it one.
  var imports: [(name: String, global: Global)] = []
  init(_ path: String, as target: NameExpression?, _ span: Span) {
    self.path = path
    self.target = target
    self.span = span
  }
}

package final class TryStatement {
  let body: Block
  let target: PlaceSyntax
  let handler: Block
  init(_ body: Block, catch target: PlaceSyntax, _ handler: Block) {
    self.body = body
    self.target = target
    self.handler = handler
  }
}

package final class FailStatement {
  let value: Expression
  let span: Span
  init(_ value: Expression, _ span: Span) {
    self.value = value
    self.span = span
  }
}

package final class AssertStatement {
  let condition: Expression
  let message: Expression?
  init(_ condition: Expression, _ message: Expression?) {
    self.condition = condition
    self.message = message
  }
}
