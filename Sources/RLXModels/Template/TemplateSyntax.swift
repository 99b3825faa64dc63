/// An expression of a template.
///
/// `depth` counts the expressions inside each other: the parser refuses more than
/// `Template.maxDepth`, so that evaluation never runs out of stack.
final class TemplateExpression: Sendable {
  enum Kind: Sendable {
    case constant(TemplateConstant)
    case name(String)
    case list([TemplateExpression])
    case tuple([TemplateExpression])
    case map([(key: TemplateExpression, value: TemplateExpression)])
    case not(TemplateExpression)
    case negative(TemplateExpression)
    case positive(TemplateExpression)
    case and(TemplateExpression, TemplateExpression)
    case or(TemplateExpression, TemplateExpression)
    case arithmetic(String, TemplateExpression, TemplateExpression)
    /// Everything that `~` joins, as text.
    case joined([TemplateExpression])
    /// `a < b <= c`: each operand is compared with the one before it.
    case comparison(TemplateExpression, [(sign: String, operand: TemplateExpression)])
    case choice(condition: TemplateExpression, then: TemplateExpression, else: TemplateExpression?)
    case attribute(TemplateExpression, String)
    case element(TemplateExpression, TemplateExpression)
    case slice(TemplateExpression, [TemplateExpression?])
    case call(TemplateExpression, TemplateArguments)
    /// Without a value in a filter block, whose text it gets.
    case filter(TemplateExpression?, name: String, TemplateArguments)
    case test(TemplateExpression, name: String, TemplateArguments)
  }

  let kind: Kind
  let place: TemplatePlace
  let depth: Int

  init(_ kind: Kind, at place: TemplatePlace) {
    self.kind = kind
    self.place = place
    depth = 1 + (kind.parts.map(\.depth).max() ?? 0)
  }
}

/// What the text of a template can spell: a value that nothing changes.
enum TemplateConstant: Sendable {
  case none
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)
}

/// What stands between the brackets of a call.
struct TemplateArguments: Sendable {
  var positional: [TemplateExpression] = []
  var named: [(name: String, value: TemplateExpression)] = []
  /// `*list` and `**map`.
  var rest: TemplateExpression?
  var namedRest: TemplateExpression?

  var parts: [TemplateExpression] {
    positional + named.map(\.value) + [rest, namedRest].compactMap(\.self)
  }
}

extension TemplateExpression.Kind {
  /// The expressions this one consists of.
  fileprivate var parts: [TemplateExpression] {
    switch self {
    case .constant, .name: []
    case .list(let items), .tuple(let items), .joined(let items): items
    case .map(let entries): entries.flatMap { [$0.key, $0.value] }
    case .not(let a), .negative(let a), .positive(let a), .attribute(let a, _): [a]
    case .and(let a, let b), .or(let a, let b), .arithmetic(_, let a, let b),
      .element(let a, let b):
      [a, b]
    case .comparison(let a, let rest): [a] + rest.map(\.operand)
    case .choice(let condition, let then, let other):
      [condition, then] + [other].compactMap(\.self)
    case .slice(let a, let bounds): [a] + bounds.compactMap(\.self)
    case .call(let a, let arguments), .test(let a, _, let arguments): [a] + arguments.parts
    case .filter(let a, _, let arguments): [a].compactMap(\.self) + arguments.parts
    }
  }
}

/// What a loop or an assignment gives values to.
indirect enum TemplateTarget: Sendable {
  case name(String)
  /// `namespace.attribute`.
  case attribute(of: String, String)
  case tuple([TemplateTarget])
}

/// A statement of a template.
struct TemplateStatement: Sendable {
  indirect enum Kind: Sendable {
    case text(String)
    case print(TemplateExpression)
    case loop(TemplateLoopSyntax)
    case branch(
      [(condition: TemplateExpression, body: [TemplateStatement])], else: [TemplateStatement])
    case set(TemplateTarget, TemplateExpression)
    /// The text of the body, through filters if there are some.
    case setText(TemplateTarget, filter: TemplateExpression?, [TemplateStatement])
    case macro(TemplateMacroSyntax)
    /// `{% call(…) macro(…) %}`: the body is what `caller()` gives in the macro.
    case callBlock(TemplateMacroSyntax, call: TemplateExpression)
    case filterBlock(TemplateExpression, [TemplateStatement])
    case with([(target: TemplateTarget, value: TemplateExpression)], [TemplateStatement])
    /// The part of an answer that the assistant said.
    case generation([TemplateStatement])
    case `break`
    case `continue`
  }

  let kind: Kind
  let place: TemplatePlace
}

struct TemplateLoopSyntax: Sendable {
  let target: TemplateTarget
  let sequence: TemplateExpression
  let condition: TemplateExpression?
  let isRecursive: Bool
  let body: [TemplateStatement]
  let otherwise: [TemplateStatement]
}

/// A macro, or the body of a call block as one without a name.
final class TemplateMacroSyntax: Sendable {
  let name: String
  let parameters: [(name: String, standard: TemplateExpression?)]
  let body: [TemplateStatement]
  /// Whether the body speaks of `caller`, `varargs` or `kwargs`: only then it takes such.
  let takesCaller: Bool
  let takesRest: Bool
  let takesNamedRest: Bool

  init(
    name: String, parameters: [(name: String, standard: TemplateExpression?)],
    body: [TemplateStatement], namesUsed: Set<String>
  ) {
    self.name = name
    self.parameters = parameters
    self.body = body
    takesCaller = namesUsed.contains("caller")
    takesRest = namesUsed.contains("varargs")
    takesNamedRest = namesUsed.contains("kwargs")
  }
}
