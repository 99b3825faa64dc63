/// The names of the top level or of one function, each with everything it is ever given.
///
/// No order is looked at: a name that is only ever given values of one type holds that type wherever
/// reading it succeeds.
final class CheckScope {
  let parent: CheckScope?
  private var definitions: [String: [Definition]] = [:]
  /// What was found out, and `.unknown` while it is being found out.
  private var found: [String: Known] = [:]

  /// One thing that a name is given.
  private enum Definition {
    case expression(Expression)
    case known(Known)
  }

  init(parent: CheckScope?) { self.parent = parent }

  convenience init(of function: FunctionSyntax, in parent: CheckScope) {
    self.init(parent: parent)
    for parameter in function.parameters { define(parameter.name, .unknown) }
    if case .block(let block) = function.body { define(block.statements) }
  }

  func define(_ name: String, _ known: Known) {
    definitions[name, default: []].append(.known(known))
  }

  /// Takes up what the statements assign; functions inside have scopes of their own.
  func define(_ statements: [Statement]) {
    for statement in statements { define(statement) }
  }

  private func define(_ statement: Statement) {
    switch statement {
    case .assign(let s):
      let isPaired = s.places.count == s.values.count
      for (index, place) in s.places.enumerated() {
        define(place, isPaired ? .expression(s.values[index]) : .known(.unknown))
      }
    case .update(let s): define(s.place, .known(.unknown))
    case .function(let s): define(s.target.name, .script(s.function, in: self))
    case .conditional(let s):
      for branch in s.branches { define(branch.body.statements) }
      if let otherwise = s.otherwise { define(otherwise.statements) }
    case .forLoop(let s):
      for target in s.targets { define(target, .known(.unknown)) }
      define(s.body.statements)
    case .whileLoop(let s): define(s.body.statements)
    case .attempt(let s):
      define(s.body.statements)
      define(s.target, .known(.type(ValueKind.error.rawValue)))
      define(s.handler.statements)
    case .returning, .breaking, .continuing, .use, .fail, .assertion, .expression: break
    }
  }

  private func define(_ place: PlaceSyntax, _ definition: Definition) {
    if let name = place.assignedName { definitions[name, default: []].append(definition) }
  }

  /// What is known of a name; nil if neither this scope nor one around it has it.
  func known(_ name: String, _ infer: (Expression, CheckScope) -> Known) -> Known? {
    guard let all = definitions[name] else { return parent?.known(name, infer) }
    if let known = found[name] { return known }
    found[name] = .unknown  // a name may be given what it already holds
    let known = Known.oneOf(
      all.map { definition in
        switch definition {
        case .expression(let expression): infer(expression, self).named
        case .known(let known): known
        }
      })
    found[name] = known
    return known
  }

  /// What each name of this scope alone holds.
  func exports(_ infer: (Expression, CheckScope) -> Known) -> [String: Known] {
    var result: [String: Known] = [:]
    for name in definitions.keys {
      // The expressions of a function's body mean something only in its own file.
      if case .script(let function, _)? = known(name, infer) {
        result[name] = .script(function, in: nil)
      } else {
        result[name] = known(name, infer)
      }
    }
    return result
  }
}
