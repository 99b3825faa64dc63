import RLXScript

/// An object that explains itself: what it is now, and what one of its numbers means.
package protocol Explaining: HostObject {
  /// The explanation as paragraphs; of `name`, one of its parts, where one is given.
  func explanation(of name: String?) throws -> String
}

/// Text shown as it is, without quotes: what `help` and `explain` give.
package final class PageObject: Unchanging {
  package let text: String
  package let identity = ObjectIdentity()

  package init(_ text: String) { self.text = text }

  package var typeName: String { "Page" }
  package var isData: Bool { true }

  package func isEqual(to other: any HostObject) -> Bool {
    (other as? PageObject).map { Text($0.text) == Text(text) } ?? false
  }

  package func display(_ style: DisplayStyle) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .flatMap { PageObject.wrapped(String($0), columns: ViewStyle(style).columns) }
      .joined(separator: "\n")
  }

  /// A line wrapped under itself: below its second column where it has two.
  private static func wrapped(_ line: String, columns: Int) -> [String] {
    let indent = line.prefix { $0 == " " }.count
    let body = line.dropFirst(indent)
    var hang = indent
    if let gap = body.firstRange(of: "   ") ?? body.firstRange(of: "  ") {
      let rest = body[gap.upperBound...].drop { $0 == " " }
      hang = TextWidth.of(line[..<rest.startIndex])
    }
    guard TextWidth.of(line) > columns, hang + 16 < columns else {
      return Wrap.lines(line, columns: columns)
    }
    let head = TextWidth.prefix(line, columns: hang)
    let tail = Wrap.lines(String(line.dropFirst(head.count)), columns: columns - hang)
    let margin = String(repeating: " ", count: hang)
    return tail.enumerated().map { ($0 == 0 ? head : margin) + $1 }
  }

  package func plain() throws -> Value? { .string(text) }

  package func absorb(into digest: inout DigestBuilder) { digest.text(text) }
}

/// Help pages, made from the tables that also check arguments.
package enum SessionHelp {
  static func functions(_ registry: Registry) -> [FunctionSpec] {
    [
      FunctionSpec(
        "help", "What a function, type or object is and takes; without an argument, all there is.",
        parameters: [
          ParameterSpec("what", .any, optional: true, doc: "a function, type, object, or a name")
        ], returns: "Page", example: "help(\"plot\")"
      ) { [unowned registry] call in
        .host(PageObject(try page(for: call.optional("what"), registry)))
      },
      FunctionSpec(
        "explain", "What an object is now, in words and numbers; or what one of its parts means.",
        parameters: [
          ParameterSpec("what", .any, doc: "an object, function or value"),
          ParameterSpec(
            "name", .string, optional: true, example: "\"objective/kl\"", doc: "one of its parts"),
        ], returns: "Page", example: "explain(tensor([[1, 2], [3, 4]]))"
      ) { [unowned registry] call in
        let name = try call.isGiven("name") ? call.string("name") : nil
        return .host(PageObject(try explanation(of: call.value("what"), name, registry)))
      },
    ]
  }

  /// The page for a value; for a string, of what it names; for nil, the list of everything.
  package static func page(for value: Value?, _ registry: Registry) throws -> String {
    switch value {
    case nil: return contents(registry)
    case .function(let function)?: return page(for: function)
    case .string(let name)?:
      if let page = page(named: name.string, registry) { return page }
      throw Fault(
        .name, "help: nothing is called \"\(name)\"", remedy: "help() lists everything")
    case let value?:
      guard let type = registry.type(of: value) else { return "A value of type \(value.typeName)." }
      return HelpText.page(type)
    }
  }

  /// The page of a function, type, or method (`Model.generate` or `generate`); nil if there is none.
  package static func page(named name: String, _ registry: Registry) -> String? {
    if let type = registry.type(name) { return HelpText.page(type) }
    if let spec = registry.function(name) { return HelpText.page(spec) }
    let parts = name.split(separator: ".").map { String($0) }
    guard let last = parts.last else { return nil }
    let types = registry.types.filter { parts.count == 1 || $0.name == parts[0] }
    let pages = types.compactMap { type -> String? in
      if let spec = type.method(last) ?? type.static(last) { return HelpText.page(spec) }
      return type.property(last).map { HelpText.page($0, of: type) }
    }
    return pages.isEmpty ? nil : pages.joined(separator: "\n\n")
  }

  private static func page(for function: FunctionValue) -> String {
    switch function.body {
    case .host(let spec, _): return HelpText.page(spec)
    case .type(let type): return HelpText.page(type)
    case .script:
      let head = "\(function.name ?? "fn")(\(function.parameterNames.joined(separator: ", ")))"
      return head + "\n  " + (function.documentation ?? "No ## lines above it say what it does.")
    }
  }

  private static func contents(_ registry: Registry) -> String {
    let functions = registry.functions.map { ($0.name, $0.doc) }
    let types = registry.types.map { ($0.name, $0.doc) }
    return "Functions\n" + HelpText.columns(functions) + "\n\nTypes\n" + HelpText.columns(types)
      + "\n\nhelp(\"name\") or ?name shows one of them."
  }

  /// A value on one line; of a long one the beginning.
  private static func shortened(_ value: Value) -> String {
    let text = value.shown
    guard text.count > 1000 else { return text }
    return text.prefix(200) + " …"
  }

  private static func explanation(
    of value: Value, _ name: String?, _ registry: Registry
  ) throws -> String {
    if case .host(let object) = value, let object = object as? any Explaining,
      name == nil || registry.type(of: value)?.memberNames.contains(name ?? "") != true
    {
      return try object.explanation(of: name)
    }
    guard let type = registry.type(of: value) else { return try page(for: value, registry) }
    if let name {
      guard let page = page(named: type.name + "." + name, registry) else {
        throw Fault(
          .name, "explain: a \(type.name) has no part \"\(name)\"",
          remedy: "its parts are \(type.memberNames.joined(separator: ", "))")
      }
      return page
    }
    if case .function = value { return try page(for: value, registry) }
    var facts: [(String, String)] = []
    for property in type.properties {
      facts.append((property.name, shortened(try property.body(value))))
    }
    if case .host(let object) = value, let count = object.count, type.property("len") == nil {
      facts.insert(("len", String(count)), at: 0)
    }
    return type.name + "\n  " + type.doc
      + (facts.isEmpty ? "" : "\n\nNow\n" + HelpText.columns(facts))
  }
}

/// The text of help pages.
enum HelpText {
  static func page(_ spec: FunctionSpec) -> String {
    var page = qualified(spec) + "\n  " + spec.doc
    let parameters = spec.parameters.map { ($0.name, describe($0)) }
    if !parameters.isEmpty { page += "\n\nParameters\n" + columns(parameters) }
    page += "\n\nReturns   " + spec.returns
    let effects = spec.effects.names
    if !effects.isEmpty { page += "\nEffects   " + effects.joined(separator: ", ") }
    if let example = spec.example { page += "\nExample   " + example }
    return page
  }

  static func page(_ type: HostType) -> String {
    var page = type.name + "\n  " + type.doc
    if let constructor = type.constructor {
      page += "\n\nMade by\n  " + constructor.signature + "\n  " + constructor.doc
    }
    let properties = type.properties.map { ($0.name, $0.doc) }
    if !properties.isEmpty { page += "\n\nProperties\n" + columns(properties) }
    let methods = (type.statics + type.methods).map { ($0.signature, $0.doc) }
    if !methods.isEmpty { page += "\n\nMethods\n" + columns(methods) }
    return page
  }

  static func page(_ property: PropertySpec, of type: HostType) -> String {
    "\(type.name).\(property.name)\n  \(property.doc)\n\nReturns   \(property.returns)"
  }

  private static func qualified(_ spec: FunctionSpec) -> String {
    guard let owner = spec.owner, owner != spec.name else { return spec.signature }
    return "\(owner).\(spec.signature)"
  }

  private static func describe(_ parameter: ParameterSpec) -> String {
    var text = "\(parameter.wanted); \(parameter.doc)"
    if let value = parameter.defaultValue { text += "; \(value.shown) if left out" }
    if !parameter.aliases.isEmpty { text += "; also \(parameter.aliases.joined(separator: ", "))" }
    return text
  }

  /// Names and what is said of them, in two columns; a long name stands on a line of its own.
  static func columns(_ entries: [(String, String)]) -> String {
    let width = min(entries.map { TextWidth.of($0.0) }.max() ?? 0, 24)
    return entries.map { name, text in
      TextWidth.of(name) > width
        ? "  \(name)\n  \(String(repeating: " ", count: width))  \(text)"
        : "  \(TextWidth.padded(name, to: width))  \(text)"
    }.joined(separator: "\n")
  }
}
