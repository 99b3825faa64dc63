/// An expression. The cases hold final classes, so that the tree is shared and names can be
/// resolved in place.
package enum Expression {
  case literal(LiteralExpression)
  case text(TextExpression)
  case name(NameExpression)
  case last(LastExpression)
  case list(ListExpression)
  case map(MapExpression)
  case function(FunctionSyntax)
  case unary(UnaryExpression)
  case binary(BinaryExpression)
  case call(CallExpression)
  case method(MethodExpression)
  case member(MemberExpression)
  case index(IndexExpression)
  case conditional(ConditionalExpression)
  case attempt(AttemptExpression)
}

extension Expression {
  package var span: Span {
    switch self {
    case .literal(let e): e.span
    case .text(let e): e.span
    case .name(let e): e.span
    case .last(let e): e.span
    case .list(let e): e.span
    case .map(let e): e.span
    case .function(let e): e.span
    case .unary(let e): e.span
    case .binary(let e): e.span
    case .call(let e): e.span
    case .method(let e): e.span
    case .member(let e): e.span
    case .index(let e): e.span
    case .conditional(let e): e.span
    case .attempt(let e): e.span
    }
  }
}

/// `1`, `1.5`, `true`, `nil`, a string without interpolation.
package final class LiteralExpression {
  let value: Value
  let span: Span
  init(_ value: Value, _ span: Span) {
    self.value = value
    self.span = span
  }
}

/// A string with interpolations.
package final class TextExpression {
  enum Part {
    case text(String)
    case value(Expression, format: Format?)
  }
  let parts: [Part]
  let span: Span
  init(_ parts: [Part], _ span: Span) {
    self.parts = parts
    self.span = span
  }
}

package final class NameExpression {
  let name: String
  let span: Span
  /// Set by the resolver.
  var binding = Binding.unresolved
  init(_ name: String, _ span: Span) {
    self.name = name
    self.span = span
  }
}

/// `_` read: the last top-level value.
package final class LastExpression {
  let span: Span
  init(_ span: Span) { self.span = span }
}

package final class ListExpression {
  let elements: [Expression]
  let span: Span
  init(_ elements: [Expression], _ span: Span) {
    self.elements = elements
    self.span = span
  }
}

package final class MapExpression {
  let entries: [(key: Expression, value: Expression)]
  let span: Span
  init(_ entries: [(key: Expression, value: Expression)], _ span: Span) {
    self.entries = entries
    self.span = span
  }
}

package final class UnaryExpression {
  let operation: UnaryOperator
  let operand: Expression
  let span: Span
  init(_ operation: UnaryOperator, _ operand: Expression, _ span: Span) {
    self.operation = operation
    self.operand = operand
    self.span = span
  }
}

/// Two operands; `|>` never comes here, the parser makes it a call.
package final class BinaryExpression {
  let operation: BinaryOperator
  let left: Expression
  let right: Expression
  let span: Span
  let operatorSpan: Span
  init(
    _ operation: BinaryOperator, _ left: Expression, _ right: Expression, operatorSpan: Span
  ) {
    self.operation = operation
    self.left = left
    self.right = right
    self.operatorSpan = operatorSpan
    span = left.span.joined(right.span)
  }
}

struct ArgumentSyntax {
  let name: String?
  let nameSpan: Span?
  let value: Expression
}

package final class CallExpression {
  let callee: Expression
  let arguments: [ArgumentSyntax]
  let span: Span
  init(_ callee: Expression, _ arguments: [ArgumentSyntax], _ span: Span) {
    self.callee = callee
    self.arguments = arguments
    self.span = span
  }
}

/// `object.name(arguments)`
package final class MethodExpression {
  let object: Expression
  let name: String
  let nameSpan: Span
  let arguments: [ArgumentSyntax]
  let span: Span
  init(_ member: MemberExpression, _ arguments: [ArgumentSyntax], _ span: Span) {
    object = member.object
    name = member.name
    nameSpan = member.nameSpan
    self.arguments = arguments
    self.span = span
  }
}

package final class MemberExpression {
  let object: Expression
  let name: String
  let nameSpan: Span
  let span: Span
  init(_ object: Expression, _ name: String, nameSpan: Span) {
    self.object = object
    self.name = name
    self.nameSpan = nameSpan
    span = object.span.joined(nameSpan)
  }
}

enum SubscriptSyntax {
  case value(Expression)
  case range(lower: Expression?, upper: Expression?, isClosed: Bool, Span)
  case ellipsis(Span)

  var span: Span {
    switch self {
    case .value(let expression): expression.span
    case .range(_, _, _, let span), .ellipsis(let span): span
    }
  }
}

package final class IndexExpression {
  let object: Expression
  let subscripts: [SubscriptSyntax]
  let span: Span
  init(_ object: Expression, _ subscripts: [SubscriptSyntax], _ span: Span) {
    self.object = object
    self.subscripts = subscripts
    self.span = span
  }
}

/// `if c then a else b`
package final class ConditionalExpression {
  let condition: Expression
  let positive: Expression
  let negative: Expression
  let span: Span
  init(_ condition: Expression, _ positive: Expression, _ negative: Expression, _ span: Span) {
    self.condition = condition
    self.positive = positive
    self.negative = negative
    self.span = span
  }
}

/// `try a else b`
package final class AttemptExpression {
  let body: Expression
  let fallback: Expression
  let span: Span
  init(_ body: Expression, _ fallback: Expression, _ span: Span) {
    self.body = body
    self.fallback = fallback
    self.span = span
  }
}
