extension Resolver {
  func statements(_ statements: [Statement]) {
    for statement in statements { self.statement(statement) }
  }

  private func statement(_ statement: Statement) {
    switch statement {
    case .assign(let s):
      for value in s.values { expression(value) }
      for place in s.places { self.place(place) }
    case .update(let s):
      expression(s.value)
      place(s.place)
    case .function(let s):
      assign(s.target)
      function(s.function)
    case .conditional(let s):
      for branch in s.branches {
        expression(branch.condition)
        statements(branch.body.statements)
      }
      if let otherwise = s.otherwise { statements(otherwise.statements) }
    case .forLoop(let s):
      expression(s.sequence)
      for target in s.targets { place(target) }
      let names = s.targets.compactMap(\.assignedName)
      scope.loopNames += names
      statements(s.body.statements)
      scope.loopNames.removeLast(names.count)
    case .whileLoop(let s):
      expression(s.condition)
      statements(s.body.statements)
    case .returning(let s):
      if let value = s.value { expression(value) }
    case .attempt(let s):
      statements(s.body.statements)
      place(s.target)
      statements(s.handler.statements)
    case .fail(let s): expression(s.value)
    case .assertion(let s):
      expression(s.condition)
      if let message = s.message { expression(message) }
    case .expression(let e): expression(e)
    case .breaking, .continuing, .use: break
    }
  }

  private func place(_ place: PlaceSyntax) {
    switch place {
    case .name(let name): assign(name)
    case .index(let index): expression(.index(index))
    case .member(let member): expression(.member(member))
    case .discard: break
    }
  }

  func expression(_ expression: Expression) {
    switch expression {
    case .literal, .last: break
    case .text(let e):
      for case .value(let value, _) in e.parts { self.expression(value) }
    case .name(let e): read(e)
    case .list(let e):
      for element in e.elements { self.expression(element) }
    case .map(let e):
      for entry in e.entries {
        self.expression(entry.key)
        self.expression(entry.value)
      }
    case .function(let e): function(e)
    case .unary(let e): self.expression(e.operand)
    case .binary(let e):
      self.expression(e.left)
      self.expression(e.right)
    case .call(let e):
      self.expression(e.callee)
      for argument in e.arguments { self.expression(argument.value) }
    case .method(let e):
      self.expression(e.object)
      for argument in e.arguments { self.expression(argument.value) }
    case .member(let e): self.expression(e.object)
    case .index(let e):
      self.expression(e.object)
      for item in e.subscripts { subscriptItem(item) }
    case .conditional(let e):
      self.expression(e.condition)
      self.expression(e.positive)
      self.expression(e.negative)
    case .attempt(let e):
      self.expression(e.body)
      self.expression(e.fallback)
    }
  }

  private func subscriptItem(_ item: SubscriptSyntax) {
    switch item {
    case .value(let value): expression(value)
    case .range(let lower, let upper, _, _):
      if let lower { expression(lower) }
      if let upper { expression(upper) }
    case .ellipsis: break
    }
  }
}
