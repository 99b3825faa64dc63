/// Everything a program can name without making it: functions, and types with their members.
package final class Registry {
  package private(set) var functions: [FunctionSpec] = []
  package private(set) var types: [HostType] = []
  private var functionIndex: [String: Int] = [:]
  private var typeIndex: [String: Int] = [:]

  /// The core library: what needs neither tensors nor a session.
  package init() {
    for function in CoreLibrary.functions { add(function) }
    for type in CoreLibrary.types { add(type) }
  }

  /// Adds a function; a later one of the same name replaces the earlier.
  package func add(_ function: FunctionSpec) {
    if let index = functionIndex[function.name] {
      functions[index] = function
    } else {
      functionIndex[function.name] = functions.count
      functions.append(function)
    }
  }

  /// Adds a type; its name can be called if it has a constructor or statics.
  package func add(_ type: HostType) {
    if let index = typeIndex[type.name] {
      types[index] = type
    } else {
      typeIndex[type.name] = types.count
      types.append(type)
    }
  }

  package func function(_ name: String) -> FunctionSpec? {
    functionIndex[name].map { functions[$0] }
  }
  package func type(_ name: String) -> HostType? { typeIndex[name].map { types[$0] } }

  /// The type whose table holds the members of `value`.
  package func type(of value: Value) -> HostType? { type(value.typeName) }

  /// What `name` means where no variable of that name exists.
  func value(_ name: String) -> Value? {
    if let spec = function(name) { return .function(FunctionValue(spec)) }
    if let type = type(name), type.isNameable { return .function(FunctionValue(type)) }
    return nil
  }

  /// Every name a program may use, functions first, in the order they were added.
  package var names: [String] {
    functions.map(\.name) + types.filter(\.isNameable).map(\.name)
  }
}

extension HostType {
  var isNameable: Bool { constructor != nil || !statics.isEmpty }
}
