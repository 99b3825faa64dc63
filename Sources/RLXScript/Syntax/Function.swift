/// A function as written: `fn name(…) { … }` or `fn (…) => …`.
package final class FunctionSyntax {
  package let name: String?
  package let parameters: [ParameterSyntax]
  let body: Body
  package let source: Source
  package let span: Span
  package let documentation: String?

  enum Body {
    case block(Block)
    case expression(Expression)
  }

  // Set by the resolver.
  /// How many variables the function has that nothing captures; parameters come first.
  var slotCount = 0
  /// How many of its variables functions inside it capture.
  var cellCount = 0
  var captures: [CaptureSyntax] = []

  init(
    name: String?, parameters: [ParameterSyntax], body: Body, source: Source, span: Span,
    documentation: String?
  ) {
    self.name = name
    self.parameters = parameters
    self.body = body
    self.source = source
    self.span = span
    self.documentation = documentation
  }
}

package final class ParameterSyntax {
  package let name: String
  let span: Span
  let defaultValue: Expression?
  var binding = Binding.unresolved
  init(_ name: String, _ span: Span, defaultValue: Expression?) {
    self.name = name
    self.span = span
    self.defaultValue = defaultValue
  }
}

/// A variable a function takes along from the function (or loop) around it.
struct CaptureSyntax {
  let name: String
  /// Where it is found when the function is made.
  var source: Binding
  /// Loop names are copied: the function keeps that turn's. Others are shared.
  let isCopied: Bool
}

/// What a name stands for.
enum Binding {
  case unresolved
  /// A variable of the function that runs.
  case slot(Int)
  /// One that functions inside capture too.
  case cell(Int)
  /// One of a function around.
  case captured(Int)
  case global(Global)
  /// `_` as a target.
  case discard
}
