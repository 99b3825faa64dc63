/// What can be wrong with a name behind a dot: said alike when it runs and by a check that runs
/// nothing.
extension Members {
  static func isMethod(_ method: FunctionSpec, of title: String) -> Fault {
    Fault(.type, "\(title): \(method.name) is a method", remedy: ".\(method.shortSignature)")
  }

  static func isProperty(_ name: String, of title: String) -> Fault {
    Fault(.type, "\(title): \(name) is a property", remedy: ".\(name)")
  }

  static func unknownStatic(_ name: String, of type: HostType) -> Fault {
    Fault(
      .type, "\(type.name): no function \(name)",
      remedy: Spelling.nearest(name, among: type.statics.map(\.name)))
  }

  static func noConstructor(_ type: HostType) -> Fault {
    Fault(
      .type, "\(type.name): cannot be made by calling it",
      remedy: type.statics.first.map { "\(type.name).\($0.signature)" })
  }

  static func unknownMember(
    _ name: String, of title: String, _ kind: ValueKind, known: [String]
  ) -> Fault {
    let near = Spelling.nearest(name, among: known)
    return Fault(
      .name, "\(title): nothing called \(name)",
      remedy: habit(name, kind) ?? near.map { ".\($0)" })
  }

  /// What rlx writes for the members that other languages have.
  private static func habit(_ name: String, _ kind: ValueKind) -> String? {
    switch (kind, name) {
    case (.list, "append"), (.list, "push"), (.list, "add"), (.list, "extend"): "xs += [x]"
    case (_, "length"), (_, "size"), (_, "__len__"):
      [.list, .map, .string, .range].contains(kind) ? ".len" : nil
    case (.list, "contains"), (.list, "includes"), (.string, "contains"), (.string, "includes"):
      "x in xs"
    case (.list, "reduce"): ".fold(start, fn(a, b) => …)"
    case (.list, "sorted"): ".sort()"
    case (.string, "trim"): ".strip()"
    case (.string, "format"): "\"…\\(x)…\""
    default: nil
    }
  }
}
