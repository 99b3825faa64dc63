/// The names a function body or top level assigns, in order; functions inside have their own.
func declaredNames(in statements: [Statement]) -> [String] {
  var names: [String] = []
  for statement in statements {
    switch statement {
    case .assign(let s): names += s.places.compactMap(\.assignedName)
    case .update(let s): names += [s.place.assignedName].compactMap { $0 }
    case .function(let s): names.append(s.target.name)
    case .conditional(let s):
      for branch in s.branches { names += declaredNames(in: branch.body.statements) }
      if let otherwise = s.otherwise { names += declaredNames(in: otherwise.statements) }
    case .forLoop(let s):
      names += s.targets.compactMap(\.assignedName) + declaredNames(in: s.body.statements)
    case .whileLoop(let s): names += declaredNames(in: s.body.statements)
    case .attempt(let s):
      names += declaredNames(in: s.body.statements)
      names += [s.target.assignedName].compactMap { $0 }
      names += declaredNames(in: s.handler.statements)
    case .use(let s):
      if let target = s.target { names.append(target.name) }
    case .returning, .breaking, .continuing, .fail, .assertion, .expression: break
    }
  }
  return names
}

extension PlaceSyntax {
  /// The name it assigns; nil for parts of values and for `_`.
  var assignedName: String? {
    if case .name(let name) = self { name.name } else { nil }
  }
}
