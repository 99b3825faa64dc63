/// One evaluation of a template: its statements.
final class TemplateRun {
  /// What `break` and `continue` do to the statements around them.
  enum Flow {
    case goesOn
    case breaks
    case continues
  }

  let variables: TemplateMap
  let date: TemplateDate?
  var output = TemplateOutput()
  private(set) var generated: [Range<Int>] = []
  private let maxSteps: Int
  private var steps = 0
  private var levels = 0

  init(_ variables: TemplateMap, date: TemplateDate?, maxSteps: Int) {
    self.variables = variables
    self.date = date
    self.maxSteps = maxSteps
  }

  /// Counts a step.
  private func step(_ place: TemplatePlace) throws(TemplateError) {
    steps += 1
    guard steps <= maxSteps else {
      throw TemplateError(.limit("more than \(maxSteps) steps"), at: place)
    }
  }

  /// Counts a step, one level further in; `leave` ends the level.
  func enter(_ place: TemplatePlace) throws(TemplateError) {
    try step(place)
    levels += 1
    guard levels <= Template.maxLevels else {
      throw TemplateError(.limit("macros and blocks too deep inside each other"), at: place)
    }
  }

  func leave() { levels -= 1 }

  func write(_ text: String, at place: TemplatePlace) throws(TemplateError) {
    output.write(text)
    guard output.size <= Template.maxSize else {
      throw TemplateError(.limit("a text of more than \(Template.maxSize) bytes"), at: place)
    }
  }

  // MARK: - Statements

  @discardableResult
  func execute(_ body: [TemplateStatement], _ scope: TemplateScope) throws(TemplateError) -> Flow {
    for statement in body {
      try enter(statement.place)
      let flow = try execute(statement, scope)
      leave()
      if flow != .goesOn { return flow }
    }
    return .goesOn
  }

  private func execute(_ statement: TemplateStatement, _ scope: TemplateScope)
    throws(TemplateError) -> Flow
  {
    let place = statement.place
    switch statement.kind {
    case .text(let text): try write(text, at: place)
    case .print(let value): try write(try evaluate(value, scope).text, at: place)
    case .loop(let loop): try execute(loop, scope, at: place)
    case .branch(let branches, let otherwise): return try execute(branches, otherwise, scope)
    case .set(let target, let value):
      try assign(target, try evaluate(value, scope), scope, at: place)
    case .setText(let target, let filter, let body):
      try assign(target, try filtered(body, filter, scope, at: place), scope, at: place)
    case .macro(let macro):
      scope.set(macro.name, .callable(.macro(TemplateMacro(macro, scope: scope))))
    case .callBlock(let body, let call): try execute(body, call, scope, at: place)
    case .filterBlock(let filter, let body):
      try write(try filtered(body, filter, scope, at: place).text, at: place)
    case .with(let values, let body): return try execute(values, body, scope, at: place)
    case .generation(let body): try generate(body, scope, at: place)
    case .break: return .breaks
    case .continue: return .continues
    }
    return .goesOn
  }

  private func execute(
    _ branches: [(condition: TemplateExpression, body: [TemplateStatement])],
    _ otherwise: [TemplateStatement], _ scope: TemplateScope
  ) throws(TemplateError) -> Flow {
    for (condition, body) in branches where try evaluate(condition, scope).isTrue {
      return try execute(body, scope)
    }
    return try execute(otherwise, scope)
  }

  private func execute(
    _ values: [(target: TemplateTarget, value: TemplateExpression)], _ body: [TemplateStatement],
    _ scope: TemplateScope, at place: TemplatePlace
  ) throws(TemplateError) -> Flow {
    let inner = TemplateScope(parent: scope)
    for (target, value) in values {
      try assign(target, try evaluate(value, scope), inner, at: place)
    }
    return try execute(body, inner)
  }

  private func execute(
    _ body: TemplateMacroSyntax, _ call: TemplateExpression, _ scope: TemplateScope,
    at place: TemplatePlace
  ) throws(TemplateError) {
    guard case .call(let callee, let arguments) = call.kind else { return }
    var bound = try bind(arguments, "call", scope, at: call.place)
    bound.named.append(("caller", .callable(.macro(TemplateMacro(body, scope: scope)))))
    try write(try self.call(try evaluate(callee, scope), bound).text, at: place)
  }

  /// The text of a body, through filters if there are some.
  private func filtered(
    _ body: [TemplateStatement], _ filter: TemplateExpression?, _ scope: TemplateScope,
    at place: TemplatePlace
  ) throws(TemplateError) -> TemplateValue {
    let text = try captured(body, TemplateScope(parent: scope))
    guard let filter else { return .string(text) }
    return try through(filter, .string(text), scope)
  }

  /// The filters of a filter block over its text.
  private func through(_ filter: TemplateExpression, _ text: TemplateValue, _ scope: TemplateScope)
    throws(TemplateError) -> TemplateValue
  {
    guard case .filter(let inner, let name, let arguments) = filter.kind else { return text }
    let value = try inner.map { inner throws(TemplateError) in try through(inner, text, scope) }
    return try self.filter(
      value ?? text, try bind(arguments, name, scope, at: filter.place))
  }

  /// What a body writes.
  func captured(_ body: [TemplateStatement], _ scope: TemplateScope) throws(TemplateError)
    -> String
  {
    output.open()
    // An error ends the run, so a buffer left open then does no harm.
    try execute(body, scope)
    return output.close()
  }

  private func generate(
    _ body: [TemplateStatement], _ scope: TemplateScope, at place: TemplatePlace
  ) throws(TemplateError) {
    let text = try captured(body, TemplateScope(parent: scope))
    let start = output.root.utf8.count
    generated.append(start..<start + text.utf8.count)
    try write(text, at: place)
  }

  // MARK: - Assignment

  func assign(
    _ target: TemplateTarget, _ value: TemplateValue, _ scope: TemplateScope,
    at place: TemplatePlace
  ) throws(TemplateError) {
    switch target {
    case .name(let name): scope.set(name, value)
    case .attribute(let name, let attribute):
      guard case .namespace(let space)? = try lookUp(name, scope) else {
        throw TemplateError(
          .forbidden("an attribute set on \(name), which is no namespace"), at: place)
      }
      try checkAttribute(attribute, at: place)
      space.attributes.set(attribute, value)
    case .tuple(let targets):
      let items = try self.items(of: value, at: place)
      guard items.count == targets.count else {
        throw TemplateError(
          .type("\(items.count) values for \(targets.count) names"), at: place)
      }
      for (target, item) in zip(targets, items) { try assign(target, item, scope, at: place) }
    }
  }

  func checkAttribute(_ name: String, at place: TemplatePlace) throws(TemplateError) {
    guard !name.hasPrefix("_") else {
      throw TemplateError(.forbidden("\(name) as an attribute of a namespace"), at: place)
    }
  }

  // MARK: - Loops

  private func execute(
    _ syntax: TemplateLoopSyntax, _ scope: TemplateScope, at place: TemplatePlace
  ) throws(TemplateError) {
    let sequence = try evaluate(syntax.sequence, scope)
    try execute(syntax, over: sequence, scope, at: place)
  }

  /// Runs a loop over the items of a value, those that its condition holds for. `depth` counts how
  /// often a recursive one calls itself.
  func execute(
    _ syntax: TemplateLoopSyntax, over sequence: TemplateValue, depth: Int = 1,
    _ scope: TemplateScope, at place: TemplatePlace
  ) throws(TemplateError) {
    let items = try self.wanted(syntax, try self.items(of: sequence, at: place), scope, at: place)
    guard !items.isEmpty else {
      try execute(syntax.otherwise, TemplateScope(parent: scope))
      return
    }
    let loop = TemplateLoop(
      items, depth: depth, again: syntax.isRecursive ? (syntax, scope) : nil)
    for (index, item) in items.enumerated() {
      loop.index = index
      try step(place)
      let inner = TemplateScope(parent: scope)
      inner.set("loop", .loop(loop))
      try assign(syntax.target, item, inner, at: place)
      if try execute(syntax.body, inner) == .breaks { break }
    }
  }

  private func wanted(
    _ syntax: TemplateLoopSyntax, _ items: [TemplateValue], _ scope: TemplateScope,
    at place: TemplatePlace
  ) throws(TemplateError) -> [TemplateValue] {
    guard let condition = syntax.condition else { return items }
    var wanted: [TemplateValue] = []
    for item in items {
      try step(place)
      let inner = TemplateScope(parent: scope)
      try assign(syntax.target, item, inner, at: place)
      if try evaluate(condition, inner).isTrue { wanted.append(item) }
    }
    return wanted
  }

  /// What a loop walks through: the items of a list, the keys of a mapping, the characters of a
  /// string; nothing of what is undefined.
  func items(of value: TemplateValue, at place: TemplatePlace) throws(TemplateError)
    -> [TemplateValue]
  {
    switch value {
    case .undefined: return []
    case .list(let items), .tuple(let items): return items
    case .map(let map): return map.entries.map(\.key)
    case .string(let text): return text.unicodeScalars.map { .string(String($0)) }
    case .iterator(let iterator): return iterator.takeAll()
    case .none, .bool, .int, .double, .namespace, .loop, .callable:
      throw TemplateError(.type("\(value.described) where a list is needed"), at: place)
    }
  }
}

/// The text written so far, and the texts that blocks within it collect.
struct TemplateOutput {
  private var buffers = [""]
  private(set) var size = 0

  var root: String { buffers[0] }

  mutating func write(_ text: String) {
    buffers[buffers.count - 1] += text
    size += text.utf8.count
  }

  mutating func open() { buffers.append("") }

  mutating func close() -> String {
    let text = buffers.removeLast()
    size -= text.utf8.count
    return text
  }
}
