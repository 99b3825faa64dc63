/// A type of the host as scripts see it: documentation, constructor, methods, properties.
package final class HostType {
  package let name: String
  package let doc: String
  /// Called by `Name(…)`; nil for types that scripts cannot make this way.
  package let constructor: FunctionSpec?
  /// `Model.new(…)`, `PPO.resume(…)`.
  package let statics: [FunctionSpec]
  package let methods: [FunctionSpec]
  package let properties: [PropertySpec]
  /// A line of rlx, as in `FunctionSpec`, that makes one; the constructor's where none is given.
  package let example: String?

  private let methodIndex: [String: Int]
  private let propertyIndex: [String: Int]

  package init(
    _ name: String, _ doc: String, constructor: FunctionSpec? = nil, statics: [FunctionSpec] = [],
    methods: [FunctionSpec] = [], properties: [PropertySpec] = [], example: String? = nil
  ) {
    func owned(_ spec: FunctionSpec) -> FunctionSpec {
      var spec = spec
      spec.owner = name
      return spec
    }
    self.name = name
    self.doc = doc
    self.constructor = constructor.map(owned)
    self.statics = statics.map(owned)
    self.methods = methods.map(owned)
    self.properties = properties
    self.example = example ?? constructor?.example
    methodIndex = Dictionary(
      self.methods.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    propertyIndex = Dictionary(
      properties.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  package func method(_ name: String) -> FunctionSpec? { methodIndex[name].map { methods[$0] } }
  package func property(_ name: String) -> PropertySpec? {
    propertyIndex[name].map { properties[$0] }
  }
  package func `static`(_ name: String) -> FunctionSpec? { statics.first { $0.name == name } }

  /// A line of rlx that reads `property`: its own, else of what the type's example makes.
  package func example(of property: PropertySpec) -> String? {
    property.example ?? example.map { "\($0).\(property.name)" }
  }

  /// Everything that may stand after the dot of an object, in the order of the table.
  package var memberNames: [String] { properties.map(\.name) + methods.map(\.name) }
}

/// A property: read without parentheses.
package struct PropertySpec {
  package let name: String
  package let doc: String
  package let returns: String
  /// A line of rlx, as in `FunctionSpec`; nil where it can be read of the type's example.
  package let example: String?
  package let body: (Value) throws -> Value

  package init(
    _ name: String, _ doc: String, returns: String = "", example: String? = nil,
    body: @escaping (Value) throws -> Value
  ) {
    self.name = name
    self.doc = doc
    self.returns = returns
    self.example = example
    self.body = body
  }

  /// A property of host objects of one Swift type.
  package init<T: HostObject>(
    _ name: String, _ doc: String, returns: String = "", example: String? = nil, of type: T.Type,
    body: @escaping (T) throws -> Value
  ) {
    self.init(name, doc, returns: returns, example: example) { value in
      guard case .host(let object) = value, let object = object as? T else {
        throw Fault(.type, "\(name): not a property of \(value.typeName)")
      }
      return try body(object)
    }
  }
}
