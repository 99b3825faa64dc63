import Glibc

/// What the operators do to values.
package enum Arithmetic {
  /// `a op b` for every operator that evaluates both sides. Throws a `Fault`.
  package static func apply(_ operation: BinaryOperator, _ a: Value, _ b: Value) throws -> Value {
    switch (a, b) {
    case (.int(let x), .int(let y)):
      if let result = try ints(operation, x, y) { return result }
    case (.float(let x), .float(let y)):
      if let result = try floats(operation, x, y) { return result }
    case (.int(let x), .float(let y)):
      if let result = try mixed(operation, a, b, Double(x), y) { return result }
    case (.float(let x), .int(let y)):
      if let result = try mixed(operation, a, b, x, Double(y)) { return result }
    default: break
    }
    switch operation {
    case .equal: return .bool(a.equals(b))
    case .notEqual: return .bool(!a.equals(b))
    case .less, .lessOrEqual, .greater, .greaterOrEqual:
      if let result = compared(operation, a, b) { return result }
    case .in: return .bool(try contains(b, a))
    case .notIn: return .bool(!(try contains(b, a)))
    case .rangeUpTo, .rangeThrough:
      throw Fault(.type, "the ends of a range are ints, got \(a.described) and \(b.described)")
    case .add:
      if let result = joined(a, b) { return result }
    default: break
    }
    if case .host(let object) = a, let result = try object.binary(operation, b, onLeft: true) {
      return result
    }
    if case .host(let object) = b, let result = try object.binary(operation, a, onLeft: false) {
      return result
    }
    throw Fault(
      .type, "`\(operation.rawValue)` does not work on \(a.described) and \(b.described)",
      remedy: remedy(operation, a, b))
  }

  package static func negate(_ value: Value) throws -> Value {
    switch value {
    case .int(let number):
      let (result, overflow) = (0).subtractingReportingOverflow(number)
      if overflow { throw self.overflow(.subtract) }
      return .int(result)
    case .float(let number): return .float(-number)
    case .host(let object):
      if let result = try object.negated() { return result }
    default: break
    }
    throw Fault(.type, "`-` does not work on \(value.described)")
  }

  // MARK: - Numbers

  private static func ints(_ operation: BinaryOperator, _ x: Int, _ y: Int) throws -> Value? {
    switch operation {
    case .add: return try checked(x.addingReportingOverflow(y), operation)
    case .subtract: return try checked(x.subtractingReportingOverflow(y), operation)
    case .multiply: return try checked(x.multipliedReportingOverflow(by: y), operation)
    case .less: return .bool(x < y)
    case .lessOrEqual: return .bool(x <= y)
    case .greater: return .bool(x > y)
    case .greaterOrEqual: return .bool(x >= y)
    case .equal: return .bool(x == y)
    case .notEqual: return .bool(x != y)
    case .divide:
      if y == 0 { throw divisionByZero(operation) }
      return .float(Double(x) / Double(y))
    case .floorDivide:
      if y == 0 { throw divisionByZero(operation) }
      let (quotient, overflow) = x.dividedReportingOverflow(by: y)
      if overflow { throw self.overflow(operation) }
      return .int(x % y != 0 && (x < 0) != (y < 0) ? quotient - 1 : quotient)
    case .remainder:
      if y == 0 { throw divisionByZero(operation) }
      if y == -1 { return .int(0) }
      let remainder = x % y
      return .int(remainder != 0 && (remainder < 0) != (y < 0) ? remainder + y : remainder)
    case .power: return try power(x, y)
    case .rangeUpTo: return .range(RangeValue(x, y))
    case .rangeThrough:
      let (end, overflow) = y.addingReportingOverflow(1)
      if overflow { throw self.overflow(operation) }
      return .range(RangeValue(x, end))
    default: return nil
    }
  }

  private static func floats(
    _ operation: BinaryOperator, _ x: Double, _ y: Double
  ) throws -> Value? {
    switch operation {
    case .add: return .float(x + y)
    case .subtract: return .float(x - y)
    case .multiply: return .float(x * y)
    case .less: return .bool(x < y)
    case .lessOrEqual: return .bool(x <= y)
    case .greater: return .bool(x > y)
    case .greaterOrEqual: return .bool(x >= y)
    case .divide:
      if y == 0 { throw divisionByZero(operation) }
      return .float(x / y)
    case .floorDivide:
      if y == 0 { throw divisionByZero(operation) }
      return .float((x / y).rounded(.down))
    case .remainder:
      if y == 0 { throw divisionByZero(operation) }
      let remainder = x.truncatingRemainder(dividingBy: y)
      return .float(remainder != 0 && (remainder < 0) != (y < 0) ? remainder + y : remainder)
    case .power:
      if x == 0, y < 0 { throw divisionByZero(operation) }
      return .float(Glibc.pow(x, y))
    default: return nil
    }
  }

  private static func mixed(
    _ operation: BinaryOperator, _ a: Value, _ b: Value, _ x: Double, _ y: Double
  ) throws -> Value? {
    if let result = compared(operation, a, b) { return result }
    return try floats(operation, x, y)
  }

  /// Squares and multiplies; a negative exponent gives a float.
  private static func power(_ base: Int, _ exponent: Int) throws -> Value {
    if exponent < 0 {
      if base == 0 { throw divisionByZero(.power) }
      return .float(Glibc.pow(Double(base), Double(exponent)))
    }
    var (result, square, rest) = (1, base, exponent)
    while rest > 0 {
      if rest & 1 == 1 {
        let (product, overflow) = result.multipliedReportingOverflow(by: square)
        if overflow { throw self.overflow(.power) }
        result = product
      }
      rest >>= 1
      if rest > 0 {
        let (product, overflow) = square.multipliedReportingOverflow(by: square)
        if overflow { throw self.overflow(.power) }
        square = product
      }
    }
    return .int(result)
  }

  private static func checked(
    _ result: (partialValue: Int, overflow: Bool), _ operation: BinaryOperator
  ) throws -> Value {
    if result.overflow { throw overflow(operation) }
    return .int(result.partialValue)
  }

  private static func overflow(_ operation: BinaryOperator) -> Fault {
    Fault(
      .arithmetic, "`\(operation.rawValue)` overflows: the result does not fit into 64 bits",
      remedy: "float(x), which holds larger numbers with fewer digits")
  }

  private static func divisionByZero(_ operation: BinaryOperator) -> Fault {
    Fault(.arithmetic, "`\(operation.rawValue)`: division by zero")
  }

  // MARK: - Other values

  private static func joined(_ a: Value, _ b: Value) -> Value? {
    switch (a, b) {
    case (.string(let x), .string(let y)): return .string(x.string + y.string)
    case (.list(var x), .list(let y)):
      x.append(contentsOf: y)
      return .list(x)
    default: return nil
    }
  }

  private static func compared(_ operation: BinaryOperator, _ a: Value, _ b: Value) -> Value? {
    guard operation.isComparison, operation != .equal, operation != .notEqual,
      operation != .in, operation != .notIn
    else { return nil }
    if case .bool = a { return nil }
    if let x = a.asDouble, let y = b.asDouble, x.isNaN || y.isNaN { return .bool(false) }
    guard let order = a.ordered(against: b) else { return nil }
    switch operation {
    case .less: return .bool(order < 0)
    case .lessOrEqual: return .bool(order <= 0)
    case .greater: return .bool(order > 0)
    default: return .bool(order >= 0)
    }
  }

  /// `element in container`.
  static func contains(_ container: Value, _ element: Value) throws -> Bool {
    switch container {
    case .list(let list): return list.elements.contains { $0.equals(element) }
    case .map(let map): return MapKey(element).map(map.has) ?? false
    case .range(let range):
      switch element {
      case .int(let number): return number >= range.lower && number < range.upper
      case .float(let number):
        return Int(exactly: number).map { $0 >= range.lower && $0 < range.upper } ?? false
      default: return false
      }
    case .string(let text):
      guard case .string(let part) = element else {
        throw Fault(.type, "`in`: expected a string, got \(element.described)")
      }
      return Strings.find(part, in: text) != nil
    case .host(let object):
      if let result = try object.contains(element) { return result }
    default: break
    }
    throw Fault(.type, "`in`: nothing can be in \(container.described)")
  }

  private static func remedy(_ operation: BinaryOperator, _ a: Value, _ b: Value) -> String? {
    switch (operation, a, b) {
    case (.add, .string, _): #""…\(x)" or str(x)"#
    case (.add, _, .string): #""\(x)…" or str(x)"#
    case (.add, .list, _): "xs + [x]"
    case (.add, .map, .map): "a.merge(b)"
    case (_, .nil, _), (_, _, .nil): "x ?? 0"
    default: nil
    }
  }
}
