/// The evaluation of expressions.
extension TemplateRun {
  func evaluate(_ expression: TemplateExpression, _ scope: TemplateScope) throws(TemplateError)
    -> TemplateValue
  {
    if case .constant(let value) = expression.kind { return TemplateValue(value) }
    try enter(expression.place)
    let value = try self.value(of: expression, scope)
    leave()
    return value
  }

  private func value(of expression: TemplateExpression, _ scope: TemplateScope)
    throws(TemplateError) -> TemplateValue
  {
    let place = expression.place
    switch expression.kind {
    case .constant(let value): return TemplateValue(value)
    case .name(let name): return try lookUp(name, scope) ?? .undefined(name)
    case .list(let items): return .list(try all(items, scope))
    case .tuple(let items): return .tuple(try all(items, scope))
    case .map(let entries): return try map(entries, scope)
    case .not(let inner): return .bool(!(try evaluate(inner, scope).isTrue))
    case .negative(let inner): return try negated(try evaluate(inner, scope), at: place)
    case .positive(let inner): return try positive(try evaluate(inner, scope), at: place)
    case .and(let left, let right):
      let value = try evaluate(left, scope)
      return value.isTrue ? try evaluate(right, scope) : value
    case .or(let left, let right):
      let value = try evaluate(left, scope)
      return value.isTrue ? value : try evaluate(right, scope)
    case .arithmetic(let sign, let left, let right):
      let a = try evaluate(left, scope)
      return try arithmetic(sign, a, try evaluate(right, scope), at: place)
    case .joined(let parts): return try joined(parts, scope, at: place)
    case .comparison(let first, let rest): return try comparison(first, rest, scope)
    case .choice(let condition, let then, let other):
      if try evaluate(condition, scope).isTrue { return try evaluate(then, scope) }
      return try other.map { other throws(TemplateError) in try evaluate(other, scope) }
        ?? .undefined("a choice without else")
    case .attribute(let inner, let name):
      return try attribute(name, of: try evaluate(inner, scope), at: place)
    case .element(let inner, let key):
      let value = try evaluate(inner, scope)
      return try element(try evaluate(key, scope), of: value, at: place)
    case .slice(let inner, let bounds):
      return try slice(try evaluate(inner, scope), bounds, scope, at: place)
    case .call(let callee, let arguments):
      let function = try evaluate(callee, scope)
      return try call(function, try bind(arguments, callee.name, scope, at: place))
    case .filter(let inner, let name, let arguments):
      let value =
        try inner.map { inner throws(TemplateError) in try evaluate(inner, scope) } ?? .string("")
      return try filter(value, try bind(arguments, name, scope, at: place))
    case .test(let inner, let name, let arguments):
      let value = try evaluate(inner, scope)
      return .bool(try test(value, try bind(arguments, name, scope, at: place)))
    }
  }

  /// The value of a name: what the template set, what it was given, what is built in.
  func lookUp(_ name: String, _ scope: TemplateScope) throws(TemplateError) -> TemplateValue? {
    scope.value(of: name) ?? variables[name]
      ?? (Self.functions.contains(name) ? .callable(.function(name)) : nil)
  }

  private func all(_ items: [TemplateExpression], _ scope: TemplateScope) throws(TemplateError)
    -> [TemplateValue]
  {
    var values: [TemplateValue] = []
    values.reserveCapacity(items.count)
    for item in items { values.append(try evaluate(item, scope)) }
    return values
  }

  private func map(
    _ entries: [(key: TemplateExpression, value: TemplateExpression)], _ scope: TemplateScope
  ) throws(TemplateError) -> TemplateValue {
    var map = TemplateMap()
    for (keyExpression, valueExpression) in entries {
      let key = try evaluate(keyExpression, scope)
      switch key {
      case .string, .int, .double, .bool, .none: break
      default: throw TemplateError(.type("\(key.described) as a key"), at: keyExpression.place)
      }
      map.set(key, try evaluate(valueExpression, scope))
    }
    return .map(map)
  }

  private func joined(
    _ parts: [TemplateExpression], _ scope: TemplateScope, at place: TemplatePlace
  ) throws(TemplateError) -> TemplateValue {
    var text = ""
    for part in parts { text += try evaluate(part, scope).text }
    return .string(try sized(text, at: place))
  }

  /// The text, unless it is too long.
  func sized(_ text: String, at place: TemplatePlace) throws(TemplateError) -> String {
    guard text.utf8.count <= Template.maxSize else {
      throw TemplateError(.limit("a text of more than \(Template.maxSize) bytes"), at: place)
    }
    return text
  }

  // MARK: - Comparisons

  private func comparison(
    _ first: TemplateExpression, _ rest: [(sign: String, operand: TemplateExpression)],
    _ scope: TemplateScope
  ) throws(TemplateError) -> TemplateValue {
    var left = try evaluate(first, scope)
    for (sign, operand) in rest {
      let right = try evaluate(operand, scope)
      guard try compare(left, sign, right, at: operand.place) else { return .bool(false) }
      left = right
    }
    return .bool(true)
  }

  func compare(_ a: TemplateValue, _ sign: String, _ b: TemplateValue, at place: TemplatePlace)
    throws(TemplateError) -> Bool
  {
    switch sign {
    case "==": a.equals(b)
    case "!=": !a.equals(b)
    case "in": try contains(b, a, at: place)
    case "not in": !(try contains(b, a, at: place))
    case "<": try isOrdered(a, b, at: place)
    case ">": try isOrdered(b, a, at: place)
    // NaN is neither less nor greater than anything.
    case "<=": try isOrdered(a, b, at: place) || a.equals(b)
    default: try isOrdered(b, a, at: place) || a.equals(b)
    }
  }

  private func contains(_ whole: TemplateValue, _ part: TemplateValue, at place: TemplatePlace)
    throws(TemplateError) -> Bool
  {
    if case .string(let text) = whole {
      guard case .string(let wanted) = part else {
        throw TemplateError(.type("\(part.described) sought in a string"), at: place)
      }
      return wanted.isEmpty
        || ByteText.firstIndex(of: Array(wanted.utf8), in: Array(text.utf8)) != nil
    }
    if case .map(let map) = whole { return map[part] != nil }
    return try items(of: whole, at: place).contains { $0.equals(part) }
  }

  /// Whether one value comes before another.
  func isOrdered(_ a: TemplateValue, _ b: TemplateValue, at place: TemplatePlace)
    throws(TemplateError) -> Bool
  {
    if let x = a.number, let y = b.number {
      if case .int(let x) = x, case .int(let y) = y { return x < y }
      return x.asDouble < y.asDouble
    }
    switch (a, b) {
    case (.string(let x), .string(let y)): return x.utf8.lexicographicallyPrecedes(y.utf8)
    case (.list(let x), .list(let y)), (.tuple(let x), .tuple(let y)):
      for (left, right) in zip(x, y) where !left.equals(right) {
        return try isOrdered(left, right, at: place)
      }
      return x.count < y.count
    case (.undefined(let name), _), (_, .undefined(let name)):
      throw TemplateError(.undefined(name), at: place)
    default:
      throw TemplateError(.type("\(a.described) compared with \(b.described)"), at: place)
    }
  }

  // MARK: - Parts of values

  func attribute(_ name: String, of value: TemplateValue, at place: TemplatePlace)
    throws(TemplateError) -> TemplateValue
  {
    if let method = try ownAttribute(name, of: value, at: place) { return method }
    if case .map(let map) = value, let found = map[name] { return found }
    return missing(name, of: value)
  }

  /// What a value has by itself, before the keys of a mapping: methods, and the parts of a loop.
  private func ownAttribute(_ name: String, of value: TemplateValue, at place: TemplatePlace)
    throws(TemplateError) -> TemplateValue?
  {
    switch value {
    case .undefined(let what): throw TemplateError(.undefined(what), at: place)
    case .namespace(let space): space.attributes[name]
    case .loop(let loop): loop.attribute(name)
    case .callable(.macro(let macro)): name == "name" ? .string(macro.syntax.name) : nil
    default: TemplateMethods.has(name, value) ? .callable(.method(value, name)) : nil
    }
  }

  private func missing(_ name: String, of value: TemplateValue) -> TemplateValue {
    .undefined("\(name) of \(value.described)")
  }

  func element(_ key: TemplateValue, of value: TemplateValue, at place: TemplatePlace)
    throws(TemplateError) -> TemplateValue
  {
    switch (value, key) {
    case (.undefined(let name), _): throw TemplateError(.undefined(name), at: place)
    case (.map(let map), _): if let found = map[key] { return found }
    case (.list(let items), .int), (.list(let items), .bool), (.tuple(let items), .int),
      (.tuple(let items), .bool):
      guard case .int(let index)? = key.number else { break }
      let wanted = index < 0 ? index + items.count : index
      if items.indices.contains(wanted) { return items[wanted] }
    case (.string(let text), .int(let index)):
      let scalars = text.unicodeScalars
      let wanted = index < 0 ? index + scalars.count : index
      if wanted >= 0, wanted < scalars.count {
        return .string(String(scalars[scalars.index(scalars.startIndex, offsetBy: wanted)]))
      }
    default: break
    }
    if case .string(let name) = key {
      if let own = try ownAttribute(name, of: value, at: place) { return own }
      return missing(name, of: value)
    }
    return .undefined("element \(key.spelled) of \(value.described)")
  }

  private func slice(
    _ value: TemplateValue, _ bounds: [TemplateExpression?], _ scope: TemplateScope,
    at place: TemplatePlace
  ) throws(TemplateError) -> TemplateValue {
    var limits: [Int?] = []
    for bound in bounds {
      let limit: TemplateValue
      if let bound { limit = try evaluate(bound, scope) } else { limit = .none }
      switch limit {
      case .none: limits.append(nil)
      case .int(let limit): limits.append(limit)
      default: throw TemplateError(.type("\(limit.described) as a bound"), at: place)
      }
    }
    let step = limits.count > 2 ? limits[2] ?? 1 : 1
    guard step != 0 else { throw TemplateError(.type("a slice with a step of 0"), at: place) }
    switch value {
    case .list(let items): return .list(Self.slice(items, limits[0], limits[1], step))
    case .tuple(let items): return .tuple(Self.slice(items, limits[0], limits[1], step))
    case .string(let text):
      let part = Self.slice(Array(text.unicodeScalars), limits[0], limits[1], step)
      return .string(String(String.UnicodeScalarView(part)))
    case .undefined(let name): throw TemplateError(.undefined(name), at: place)
    default: return .undefined("a slice of \(value.described)")
    }
  }

  /// `items[start:stop:step]` as Python takes it.
  private static func slice<T>(_ items: [T], _ start: Int?, _ stop: Int?, _ step: Int) -> [T] {
    let count = items.count
    let lowest = step > 0 ? 0 : -1
    let highest = step > 0 ? count : count - 1
    func bound(_ value: Int?, or standard: Int) -> Int {
      guard let value else { return standard }
      return min(max(value < 0 ? value &+ count : value, lowest), highest)
    }
    var at = bound(start, or: step > 0 ? lowest : highest)
    let end = bound(stop, or: step > 0 ? highest : lowest)
    var part: [T] = []
    while step > 0 ? at < end : at > end {
      part.append(items[at])
      let (next, overflows) = at.addingReportingOverflow(step)
      if overflows { break }
      at = next
    }
    return part
  }
}

extension TemplateExpression {
  /// What an error calls the function that this is.
  fileprivate var name: String {
    switch kind {
    case .name(let name), .attribute(_, let name): name
    default: "a value"
    }
  }
}

extension TemplateLoop {
  func attribute(_ name: String) -> TemplateValue? {
    switch name {
    case "index": .int(index + 1)
    case "index0": .int(index)
    case "revindex": .int(items.count - index)
    case "revindex0": .int(items.count - index - 1)
    case "first": .bool(index == 0)
    case "last": .bool(index == items.count - 1)
    case "length": .int(items.count)
    case "depth": .int(depth)
    case "depth0": .int(depth - 1)
    case "previtem": index > 0 ? items[index - 1] : .undefined("the item before the first")
    case "nextitem":
      index + 1 < items.count ? items[index + 1] : .undefined("the item after the last")
    case "cycle", "changed": .callable(.method(.loop(self), name))
    default: nil
    }
  }
}
