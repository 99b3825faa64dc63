/// What a subscript holds, one per comma: `t[.., 0..3, -1, ...]`.
package enum SubscriptValue {
  case value(Value)
  /// Open ends are nil; negative ends count from the end; `upper` is not included.
  case range(lower: Int?, upper: Int?)
  case ellipsis
}

/// An object of the host: a model, a trainer, a tensor.
///
/// Methods and properties come from the `HostType` registered under `typeName`. Everything else is
/// optional: the default of each requirement says that the object cannot do it. Errors are thrown
/// as `HostError`; the interpreter adds the place.
package protocol HostObject: AnyObject {
  /// The capitalised type (`Model`), except for tensors.
  var typeName: String { get }
  /// Whether it behaves as data: copied by assignment, so never changed in place by a second owner.
  var isData: Bool { get }
  /// What `len` says; nil where there is no length.
  var count: Int? { get }
  /// `count` for `len`, where finding it may fail.
  func counted() throws -> Int?

  func index(_ subscripts: [SubscriptValue]) throws -> Value
  /// `x[subscripts] = value`: returns the changed object, itself where objects are references.
  /// `isUniquelyHeld` allows data to change itself instead of copying.
  func settingIndex(
    _ subscripts: [SubscriptValue], to value: Value, isUniquelyHeld: Bool
  ) throws -> any HostObject
  /// `x.name = value`: the same for a property.
  func settingProperty(_ name: String, to value: Value, isUniquelyHeld: Bool) throws
    -> any HostObject
  /// `self op other`, or `other op self` where `onLeft` is false; nil where it has no meaning.
  func binary(_ operation: BinaryOperator, _ other: Value, onLeft: Bool) throws -> Value?
  /// `-x`; nil where it has no meaning.
  func negated() throws -> Value?
  /// What `for` runs over: a function that gives one value after the other, then nil.
  func makeIterator() throws -> (() throws -> Value?)?
  /// Whether `x in object`; nil where that has no meaning.
  func contains(_ value: Value) throws -> Bool?
  func isEqual(to other: any HostObject) -> Bool
  /// The object as the prompt shows it, possibly several lines.
  func display(_ style: DisplayStyle) -> String
  /// The object within a list, a map or an explanation: one line.
  func brief() -> String
  /// The object as plain data, for `json` and `.plain()`.
  func plain() throws -> Value?
}

extension HostObject {
  package var isData: Bool { false }
  package var count: Int? { nil }
  package func counted() throws -> Int? { count }

  package func index(_ subscripts: [SubscriptValue]) throws -> Value {
    throw Fault(.type, "\(typeName): has no elements to read with [ ]")
  }

  package func settingIndex(
    _ subscripts: [SubscriptValue], to value: Value, isUniquelyHeld: Bool
  ) throws -> any HostObject {
    throw Fault(.type, "\(typeName): has no elements to assign with [ ]")
  }

  package func settingProperty(_ name: String, to value: Value, isUniquelyHeld: Bool) throws
    -> any HostObject
  {
    throw Fault(.type, "\(typeName): \(name): cannot be assigned")
  }

  package func binary(_ operation: BinaryOperator, _ other: Value, onLeft: Bool) throws -> Value? {
    nil
  }
  package func negated() throws -> Value? { nil }
  package func makeIterator() throws -> (() throws -> Value?)? { nil }
  package func contains(_ value: Value) throws -> Bool? { nil }
  package func isEqual(to other: any HostObject) -> Bool { self === other }
  package func display(_ style: DisplayStyle) -> String { "<\(typeName)>" }

  /// The whole display if it is one line; its title where that names the type; else the type.
  package func brief() -> String {
    let text = display(DisplayStyle(width: Int.max, maximumItems: 8, isPlain: true))
    guard let end = text.utf8.firstIndex(of: UInt8(ascii: "\n")) else { return text }
    return text.hasPrefix(typeName) ? "<\(text[..<end])>" : "<\(typeName)>"
  }
  package func plain() throws -> Value? { nil }
}

/// How values are shown.
package struct DisplayStyle {
  /// Terminal columns to fit into.
  package var width: Int
  /// Longest list or map shown whole; nil shows everything.
  package var maximumItems: Int?
  /// Whether to keep to ASCII and one plain line after the other.
  package var isPlain: Bool
  /// Whether escape sequences for colour may be written.
  package var usesColor: Bool
  /// Whether layout may use characters outside ASCII; text itself is never changed.
  package var usesUnicode: Bool
  /// How the reader can see what is left out, such as `:last shows all`; nil where there is no way.
  package var hint: String?

  package init(
    width: Int = 80, maximumItems: Int? = 200, isPlain: Bool = false, usesColor: Bool = false,
    usesUnicode: Bool = true, hint: String? = nil
  ) {
    self.width = width
    self.maximumItems = maximumItems
    self.isPlain = isPlain
    self.usesColor = usesColor
    self.usesUnicode = usesUnicode
    self.hint = hint
  }

  /// The mark for what is left out.
  var ellipsis: String { usesUnicode && !isPlain ? "…" : "..." }
}
