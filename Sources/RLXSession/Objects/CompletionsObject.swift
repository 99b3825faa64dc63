import RLXScript

/// The answers of one `generate`, flat, prompt by prompt. Behaves as a list of Completion.
package final class CompletionsObject: Unchanging {
  package static let typeName = "Completions"

  package let items: [CompletionObject]
  package let identity = ObjectIdentity()

  package init(_ items: [CompletionObject]) { self.items = items }

  package var typeName: String { Self.typeName }
  package var isData: Bool { true }
  package var count: Int? { items.count }

  var list: Value { .list(items.map { .host($0) }) }

  /// `answers[0]` is a Completion, `answers[0..4]` are Completions again.
  package func index(_ subscripts: [SubscriptValue]) throws -> Value {
    switch try ListPlace(subscripts, of: items.count, in: Self.typeName) {
    case .element(let place): .host(items[place])
    case .slice(let range): .host(CompletionsObject(Array(items[range])))
    }
  }

  package func makeIterator() throws -> (() throws -> Value?)? {
    var rest = items.makeIterator()
    return { rest.next().map { .host($0) } }
  }

  package func isEqual(to other: any HostObject) -> Bool {
    guard let other = other as? CompletionsObject, other.items.count == items.count else {
      return false
    }
    return zip(items, other.items).allSatisfy { $0.isEqual(to: $1) }
  }

  package func display(_ style: DisplayStyle) -> String {
    CompletionsView(items.map(\.item)).text(ViewStyle(style))
  }

  package func plain() throws -> Value? { .list(try items.map { try $0.plain() ?? .nil }) }

  package func absorb(into digest: inout DigestBuilder) {
    digest.count(items.count)
    for item in items { item.absorb(into: &digest) }
  }
}

/// Where a subscript points in something that behaves as a list.
enum ListPlace {
  case element(Int)
  case slice(Range<Int>)

  /// Negative places count from the end; slices are clipped; a place outside is an error.
  init(_ subscripts: [SubscriptValue], of count: Int, in owner: String) throws {
    guard subscripts.count == 1, let only = subscripts.first else {
      throw Fault(.type, "\(owner): expected one index, got \(subscripts.count)")
    }
    func end(_ asked: Int?, _ open: Int) -> Int {
      guard let asked else { return open }
      return min(max(asked < 0 ? asked &+ count : asked, 0), count)
    }
    func slice(_ lower: Int?, _ upper: Int?) -> ListPlace {
      let from = end(lower, 0)
      return .slice(from..<max(from, end(upper, count)))
    }
    switch only {
    case .value(.int(let asked)):
      let place = asked < 0 ? asked &+ count : asked
      guard (0..<count).contains(place) else {
        throw Fault(
          .index, "\(owner): index \(asked) is outside, there are \(count)",
          remedy: count > 0 ? "indices go from 0 to \(count - 1)" : nil)
      }
      self = .element(place)
    case .value(.range(let range)): self = slice(range.lower, range.upper)
    case .range(let lower, let upper): self = slice(lower, upper)
    case .value(let other):
      throw Fault(.type, "\(owner): expected an int or a range as index, got \(other.described)")
    case .ellipsis: throw Fault(.type, "\(owner): ... is for tensors")
    }
  }
}
