/// What the list methods and the free functions share.
enum Lists {
  /// Adds up; ints stay ints, and overflow is an error. An empty list gives 0.
  static func sum(_ value: Value, _ name: String) throws -> Value {
    if case .range(let range) = value { return try sum(range) }
    var total = Value.int(0)
    for element in try Sequences.elements(value) {
      guard element.asDouble != nil || isHost(element) else { throw notNumber(element, name) }
      total = try Arithmetic.apply(.add, total, element)
    }
    return total
  }

  private static func isHost(_ value: Value) -> Bool {
    if case .host = value { true } else { false }
  }

  private static func sum(_ range: RangeValue) throws -> Value {
    guard range.count > 0 else { return .int(0) }
    let (low, high) = (range.lower, range.upper - 1)
    // (low + high) * count / 2, halving first the factor that is even.
    let (ends, overflow) = low.addingReportingOverflow(high)
    guard !overflow else { throw Fault(.arithmetic, "sum: overflows") }
    let isEven = range.count % 2 == 0
    return try Arithmetic.apply(
      .multiply, .int(isEven ? ends : ends / 2), .int(isEven ? range.count / 2 : range.count))
  }

  /// The arithmetic mean.
  static func mean(_ value: Value) throws -> Value {
    let elements = try Sequences.elements(value)
    guard !elements.isEmpty else { throw Fault(.value, "mean: the list is empty") }
    var total = 0.0
    for element in elements {
      guard let number = element.asDouble else { throw notNumber(element, "mean") }
      total += number
    }
    return .float(total / Double(elements.count))
  }

  /// The largest (`sign` 1) or smallest (-1) element, the first of equal ones. NaN if any is NaN.
  static func extreme(_ elements: [Value], _ name: String, _ sign: Int) throws -> Value {
    guard var best = elements.first else { throw Fault(.value, "\(name): the list is empty") }
    for element in elements.dropFirst() {
      guard let order = element.ordered(against: best) else {
        throw notComparable(element, best, name)
      }
      if isNaN(best) { break }
      if isNaN(element) || order * sign > 0 { best = element }
    }
    return best
  }

  private static func isNaN(_ value: Value) -> Bool {
    if case .float(let number) = value { number.isNaN } else { false }
  }

  /// Sorted stably by the keys, NaN last (first when descending).
  static func sorted(
    _ elements: [Value], by keys: [Value], descending: Bool
  ) throws -> [Value] {
    if let first = keys.first {
      for key in keys where key.ordered(against: first) == nil {
        throw notComparable(key, first, "sort")
      }
    }
    let sign = descending ? -1 : 1
    let order = keys.indices.sorted { a, b in
      let order = (keys[a].ordered(against: keys[b]) ?? 0) * sign
      return order == 0 ? a < b : order < 0
    }
    return order.map { elements[$0] }
  }

  static func zipped(_ lists: [[Value]]) -> [Value] {
    let count = lists.map(\.count).min() ?? 0
    return (0..<count).map { i in .list(lists.map { $0[i] }) }
  }

  static func notComparable(_ a: Value, _ b: Value, _ name: String) -> Fault {
    Fault(.type, "\(name): \(a.described) and \(b.described) have no order")
  }

  static func notNumber(_ value: Value, _ name: String) -> Fault {
    Fault(.type, "\(name): expected numbers, got \(value.described)")
  }
}
