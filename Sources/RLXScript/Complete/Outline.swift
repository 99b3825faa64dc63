/// What is known of an expression before it runs.
package indirect enum Outline {
  case unknown
  /// A value that exists already.
  case value(Value)
  /// Something of a type, by the name in the registry.
  case instance(String)
  case list(Outline)
  /// A map with these keys.
  case record([KeyOutline])
  /// A function written in the text.
  case script(FunctionSyntax)
}

/// What stands under one key: of a map, of a dataset's rows, of a log.
package struct KeyOutline {
  package let name: String
  /// One line of what it is.
  package let doc: String
  package let outline: Outline

  package init(_ name: String, doc: String = "", outline: Outline = .unknown) {
    self.name = name
    self.doc = doc
    self.outline = outline
  }
}

/// A host object that tells what can be asked of it. Answers come at once and without effects:
/// nothing is computed, read or drawn for them.
package protocol Browsable: HostObject {
  /// What `x["…"]` takes.
  var keys: [KeyOutline] { get }
  /// What `x[0]` gives, and each turn of a `for`.
  var element: Outline { get }
  /// The value of a property, where the object has it at hand.
  func part(_ name: String) -> Value?
  /// What a method gives, where more is known of it than its type.
  func result(of method: String) -> Outline?
}

extension Browsable {
  package var keys: [KeyOutline] { [] }
  package var element: Outline { .unknown }
  package func part(_ name: String) -> Value? { nil }
  package func result(of method: String) -> Outline? { nil }
}

/// What tables of functions and types do not say, by name.
package struct OutlineTables {
  /// What an element of a type is: `Completions` gives `Suggestions`.
  package var elements: [String: Outline]
  /// What a function gets that is an argument: `Preferences.label.with`.
  package var callbacks: [String: [Outline]]

  package init(elements: [String: Outline] = [:], callbacks: [String: [Outline]] = [:]) {
    self.elements = elements
    self.callbacks = callbacks
  }
}

extension Outline {
  package static var string: Outline { .instance("string") }
  package static var int: Outline { .instance("int") }

  /// What a table's words for a result say: `Model`, `list of Suggestions`, `int or nil`,
  /// `map {labelled, ties}`.
  init(returned words: String, _ registry: Registry) {
    let words = words.hasSuffix(" or nil") ? String(words.dropLast(7)) : words
    if words.hasPrefix("list of ") {
      let element = words.dropFirst(8).split(separator: " ").last.map(String.init) ?? ""
      let isPlural = registry.type(element) == nil && element.hasSuffix("s")
      self = .list(Outline(returned: isPlural ? String(element.dropLast()) : element, registry))
    } else if words.hasPrefix("map {"), words.hasSuffix("}") {
      self = .record(
        words.dropFirst(5).dropLast().split(separator: ",").map { name in
          KeyOutline(String(name.drop { $0 == " " }))
        })
    } else {
      self = registry.type(words) == nil ? .unknown : .instance(words)
    }
  }

  /// The type whose table has the members.
  package var typeName: String? {
    switch self {
    case .unknown: nil
    case .value(let value): value.typeName
    case .instance(let name): name
    case .list: "list"
    case .record: "map"
    case .script: "function"
    }
  }
}
