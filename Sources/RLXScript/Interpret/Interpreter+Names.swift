extension Interpreter {
  /// The top level as it stands: its names with their values, `_`, and the used files that ran.
  package struct Names {
    struct Entry {
      let global: Global
      let value: Value?
      let stamp: Int
    }

    let entries: [Entry]
    package let last: Value
    let modules: [String: Module]

    /// Each variable with its value; the stamp changes whenever something is assigned to it.
    package var values: [(name: String, value: Value, stamp: Int)] {
      entries.compactMap { entry in entry.value.map { (entry.global.name, $0, entry.stamp) } }
    }
  }

  package var names: Names {
    Names(
      entries: main.bound.map { Names.Entry(global: $0, value: $0.value, stamp: $0.stamp) },
      last: last, modules: modules.filter(\.value.hasRun))
  }

  /// Puts the top level back as it was. Files used since are used anew the next time.
  package func restore(_ names: Names) {
    let kept = Set(names.entries.map { ObjectIdentifier($0.global) })
    for global in main.bound where !kept.contains(ObjectIdentifier(global)) { main.unbind(global) }
    main.rebind(names.entries.map(\.global))
    for entry in names.entries {
      entry.global.value = entry.value
      entry.global.isBound = true
      entry.global.stamp = entry.stamp
    }
    modules = names.modules
    last = names.last
  }

  /// Gives every name that had a value then its value of then, as a statement that assigns them
  /// does; names made since stay.
  package func reassign(_ names: Names) {
    for entry in names.entries {
      if let value = entry.value { assign(entry.global, value, in: nil) }
    }
  }

  /// Whether a function of the script is running: calls of the host from the top level are none.
  package var isInFunction: Bool { depth > 1 }
}
