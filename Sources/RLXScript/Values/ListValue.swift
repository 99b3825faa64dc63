/// A list: an array that knows how deep its containers go, so that depth can be limited.
package struct ListValue {
  package private(set) var elements: [Value]
  /// An upper bound of the nesting depth; exact when made, kept as a bound by changes in place.
  package private(set) var depth: Int

  package init(_ elements: [Value] = []) {
    self.elements = elements
    depth = Self.depth(of: elements)
  }

  package var count: Int { elements.count }

  package mutating func append(contentsOf other: ListValue) {
    elements.append(contentsOf: other.elements)
    depth = max(depth, other.depth)
  }

  /// Changes the element at `index` in place; `index` must exist.
  mutating func modify<R>(_ index: Int, _ body: (inout Value) throws -> R) rethrows -> R {
    let result = try body(&elements[index])
    depth = max(depth, 1 + elements[index].depth)
    return result
  }

  mutating func replace(_ range: Range<Int>, with values: [Value]) {
    elements.replaceSubrange(range, with: values)
    depth = max(depth, Self.depth(of: values))
  }

  /// Makes the bound exact again, one level deep.
  mutating func remeasure() { depth = Self.depth(of: elements) }

  private static func depth(of elements: [Value]) -> Int {
    var deepest = 0
    for element in elements { deepest = max(deepest, element.depth) }
    return deepest + 1
  }
}
