/// A list: an array that knows how deep its containers go and how much they hold, so that both can
/// be limited. The two numbers are 32 bits wide to keep `Value` small.
package struct ListValue {
  package private(set) var elements: [Value]
  private var storedDepth: Int32
  private var storedWeight: Int32

  package init(_ elements: [Value] = []) {
    self.elements = elements
    var (deepest, total) = (0, 0)
    for element in elements {
      deepest = max(deepest, element.depth)
      total += element.weight
    }
    storedDepth = Int32(clamping: deepest + 1)
    storedWeight = Int32(clamping: total + 1)
  }

  package var count: Int { elements.count }
  /// An upper bound of the nesting depth; exact when made, kept as a bound by changes in place.
  package var depth: Int { Int(storedDepth) }
  /// How many values it holds in all, shared ones as often as they occur.
  package var weight: Int { Int(storedWeight) }

  package mutating func append(contentsOf other: ListValue) {
    elements.append(contentsOf: other.elements)
    storedDepth = max(storedDepth, other.storedDepth)
    add(weight: other.weight - 1)
  }

  /// Changes the element at `index` in place; `index` must exist.
  mutating func modify<R>(_ index: Int, _ body: (inout Value) throws -> R) rethrows -> R {
    let before = elements[index].weight
    defer {
      storedDepth = max(storedDepth, Int32(clamping: 1 + elements[index].depth))
      add(weight: elements[index].weight - before)
    }
    return try body(&elements[index])
  }

  mutating func replace(_ range: Range<Int>, with values: [Value]) {
    let before = elements[range].reduce(0) { $0 + $1.weight }
    let new = ListValue(values)
    elements.replaceSubrange(range, with: values)
    storedDepth = max(storedDepth, new.storedDepth)
    add(weight: new.weight - 1 - before)
  }

  /// Makes the depth exact again, one level down.
  mutating func remeasure() {
    storedDepth = Int32(clamping: 1 + (elements.map(\.depth).max() ?? 0))
  }

  private mutating func add(weight: Int) {
    storedWeight = Int32(clamping: Int(storedWeight) + weight)
  }
}
