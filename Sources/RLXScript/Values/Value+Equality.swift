extension Value {
  /// `==` of the language: by content for data, by identity for functions and host objects (which
  /// decide themselves). NaN equals nothing, not even inside a list.
  package func equals(_ other: Value) -> Bool {
    switch (self, other) {
    case (.nil, .nil): true
    case (.bool(let a), .bool(let b)): a == b
    case (.int(let a), .int(let b)): a == b
    case (.float(let a), .float(let b)): a == b
    case (.int(let a), .float(let b)), (.float(let b), .int(let a)): Int(exactly: b) == a
    case (.string(let a), .string(let b)): a == b
    case (.list(let a), .list(let b)):
      a.count == b.count && zip(a.elements, b.elements).allSatisfy { $0.equals($1) }
    case (.map(let a), .map(let b)):
      a.count == b.count && a.entries.allSatisfy { key, value in b[key]?.equals(value) ?? false }
    case (.range(let a), .range(let b)): a == b || (a.count == 0 && b.count == 0)
    case (.function(let a), .function(let b)): a.isSame(as: b)
    case (.error(let a), .error(let b)): a === b
    case (.host(let a), .host(let b)): a.isEqual(to: b)
    default: false
    }
  }

  /// -1, 0 or 1 for numbers and strings; nil where there is no order. NaN comes after all numbers,
  /// so that sorting is well defined; `<` does not use this for NaN.
  func ordered(against other: Value) -> Int? {
    switch (self, other) {
    case (.string(let a), .string(let b)): return a == b ? 0 : (a < b ? -1 : 1)
    case (.int(let a), .int(let b)): return a == b ? 0 : (a < b ? -1 : 1)
    case (.bool(let a), .bool(let b)): return a == b ? 0 : (b ? -1 : 1)
    case (.float(let a), .float(let b)):
      if a.isNaN || b.isNaN { return a.isNaN == b.isNaN ? 0 : (b.isNaN ? -1 : 1) }
      return a == b ? 0 : (a < b ? -1 : 1)
    case (.int(let a), .float(let b)): return Self.compare(a, b)
    case (.float(let a), .int(let b)): return -Self.compare(b, a)
    case (.list(let a), .list(let b)):
      for (x, y) in zip(a.elements, b.elements) {
        guard let order = x.ordered(against: y) else { return nil }
        if order != 0 { return order }
      }
      return a.count == b.count ? 0 : (a.count < b.count ? -1 : 1)
    default: return nil
    }
  }

  /// Compares exactly, also where the int has more digits than a float holds.
  private static func compare(_ a: Int, _ b: Double) -> Int {
    if b.isNaN { return -1 }
    if let whole = Int(exactly: b.rounded(.down)) {
      if a != whole { return a < whole ? -1 : 1 }
      return b > b.rounded(.down) ? -1 : 0
    }
    return b > 0 ? -1 : 1
  }
}

extension FunctionValue {
  fileprivate func isSame(as other: FunctionValue) -> Bool {
    if self === other { return true }
    switch (body, other.body) {
    case (.script(let a), .script(let b)): return a === b
    case (.host(let a, .nil), .host(let b, .nil)): return a.qualifiedName == b.qualifiedName
    case (.type(let a), .type(let b)): return a === b
    default: return false
    }
  }
}
