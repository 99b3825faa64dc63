import RLXScript

/// A host object whose state a session can put into a digest.
///
/// Data objects (tensors) enter by content wherever they are met. References enter by a number, and
/// with their full state where they are new or were changed: weights, optimizer, controllers,
/// counters, logs, rows, in a fixed order. Wall times, memory sizes and label times never enter.
package protocol Digestible: HostObject {
  var identity: ObjectIdentity { get }
  func absorb(into digest: inout DigestBuilder)
  /// What of it can change, and how to put it back. `Unchanging` objects have nothing.
  var objectState: ObjectState { get }
}

/// Who an object is within its session: numbered when a digest first meets it.
package final class ObjectIdentity {
  var number: Int?

  package init() {}
}

/// Puts values into digests and remembers which objects have been met.
package struct ValueDigester {
  private var met = 0
  /// The functions whose captured values are being written: they may hold one another.
  private var open: Set<ObjectIdentifier> = []

  /// Whether each digest comes with an outline, for comparisons within a tolerance.
  package var outlines = false

  package init() {}

  /// The digest of a statement that came to an end. The statement's own text enters it, so that an
  /// edited statement differs at its place.
  package mutating func digest(
    text: String, value: Value?, printed: String, bound: [(name: String, value: Value)],
    touched: [any HostObject], failure: String?
  ) -> (digest: String, outline: StatementOutline?) {
    var builder = DigestBuilder("statement", isOutlined: outlines)
    builder.text(text)
    absorb(value ?? .nil, into: &builder)
    builder.text(printed)
    builder.count(bound.count)
    for (name, value) in bound {
      builder.text(name)
      absorb(value, into: &builder)
    }
    let changed = touched.compactMap { $0 as? any Digestible }
    builder.count(changed.count)
    for object in changed {
      number(object, into: &builder)
      object.absorb(into: &builder)
    }
    if let failure { builder.text(failure) }
    return builder.finishOutlined()
  }

  /// Adds a value by content; a reference by its number, new ones with their state.
  package mutating func absorb(_ value: Value, into builder: inout DigestBuilder) {
    builder.tag(value.typeName)
    switch value {
    case .nil: break
    case .bool(let flag): builder.flag(flag)
    case .int(let number): builder.count(number)
    case .float(let number): builder.number(number)
    case .string(let text): builder.text(text.string)
    case .range(let range):
      builder.count(range.lower)
      builder.count(range.upper)
    case .list(let list):
      builder.count(list.count)
      for element in list.elements { absorb(element, into: &builder) }
    case .map(let map):
      builder.count(map.count)
      for (key, value) in map.entries {
        absorb(key.value, into: &builder)
        absorb(value, into: &builder)
      }
    case .error(let error):
      builder.text(error.diagnostic.kind.rawValue)
      builder.text(error.diagnostic.message)
    case .function(let function): absorb(function, into: &builder)
    case .host(let object): absorb(object, into: &builder)
    }
  }

  /// A function enters by its source and the values it captured. One met again within itself enters
  /// by its source alone.
  private mutating func absorb(_ function: FunctionValue, into builder: inout DigestBuilder) {
    builder.text(function.sourceText ?? function.name ?? "")
    let id = ObjectIdentifier(function)
    guard open.insert(id).inserted else { return }
    defer { open.remove(id) }
    for (name, value) in function.captured {
      builder.text(name)
      absorb(value ?? .nil, into: &builder)
    }
  }

  private mutating func absorb(_ object: any HostObject, into builder: inout DigestBuilder) {
    guard let object = object as? any Digestible else { return }
    if object.isData {
      object.absorb(into: &builder)
    } else if number(object, into: &builder) {
      object.absorb(into: &builder)
    }
  }

  /// Writes the object's number; true if it was met for the first time.
  @discardableResult
  private mutating func number(_ object: any Digestible, into builder: inout DigestBuilder) -> Bool
  {
    let isNew = object.identity.number == nil
    if isNew {
      object.identity.number = met
      met += 1
    }
    builder.count(object.identity.number ?? 0)
    return isNew
  }
}
