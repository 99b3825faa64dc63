import RLXScript

/// The text of help pages: plain lines, of which those without an indent are headings or prose.
enum HelpText {
  // MARK: Functions

  static func page(_ spec: FunctionSpec) -> String {
    var page = qualified(spec) + "\n  " + spec.doc
    let parameters = spec.parameters.map { ($0.name, describe($0)) }
    if !parameters.isEmpty { page += "\n\nParameters\n" + columns(parameters) }
    page += "\n\nReturns   " + spec.returns
    let effects = spec.effects.names
    if !effects.isEmpty { page += "\nEffects   " + effects.joined(separator: ", ") }
    return page + example(spec.example)
  }

  static func page(_ property: PropertySpec, of type: HostType) -> String {
    var page = "\(type.name).\(property.name)\n  \(property.doc)"
    page += "\n\nReturns   " + (property.returns.isEmpty ? "value" : property.returns)
    page += example(type.example(of: property))
    guard property.name == "settings", let spec = settings(of: type) else { return page }
    return page + "\n\nSettings\n"
      + columns(spec.filter { !$0.usual.isEmpty }.map { ($0.name, describe($0)) })
  }

  /// The page of one keyword argument.
  static func page(_ parameter: ParameterSpec, of spec: FunctionSpec) -> String {
    var facts = [("Takes", parameter.wanted)]
    if let value = parameter.defaultValue { facts.append(("Default", value.shown)) }
    if parameter.isOptional { facts.append(("Default", "may be left out")) }
    if !parameter.usual.isEmpty { facts.append(("Usual", parameter.usual)) }
    if !parameter.unit.isEmpty { facts.append(("Unit", parameter.unit)) }
    if !parameter.aliases.isEmpty {
      facts.append(("Also", parameter.aliases.joined(separator: ", ")))
    }
    if !parameter.isRest, let remedy = parameter.remedy {
      facts.append(("Written", "\(spec.qualifiedName)(…, \(remedy))"))
    }
    return "\(spec.qualifiedName)(\(parameter.signature))\n  \(parameter.doc.sentence)\n\n"
      + columns(facts) + "\n\nSee also  ?\(spec.qualifiedName)"
  }

  private static func qualified(_ spec: FunctionSpec) -> String {
    guard let owner = spec.owner, owner != spec.name else { return spec.signature }
    return "\(owner).\(spec.signature)"
  }

  /// What a parameter takes, and what if it is left out, in one line.
  static func describe(_ parameter: ParameterSpec) -> String {
    var text = "\(parameter.wanted); \(parameter.doc.clause)"
    if let value = parameter.defaultValue { text += "; \(value.shown) if left out" }
    if !parameter.usual.isEmpty { text += "; usual: \(parameter.usual)" }
    if !parameter.aliases.isEmpty { text += "; also \(parameter.aliases.joined(separator: ", "))" }
    return text
  }

  static func example(_ lines: String?) -> String {
    guard let lines else { return "" }
    return "\n\nExample\n"
      + lines.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n")
  }

  // MARK: Types

  static func page(_ type: HostType) -> String {
    if let guide = TypeGuide.of(type.name) { return page(type, guide) }
    var page = type.name + "\n  " + type.doc
    if let constructor = type.constructor {
      page += "\n\nMade by\n  " + constructor.signature + "\n  " + constructor.doc
    }
    let properties = type.properties.map { ($0.name, $0.doc) }
    let members = (type.statics + type.methods).map { ($0.signature, $0.doc) }
    if properties.count + members.count > longestTable {
      if !properties.isEmpty { page += "\n\nProperties\n" + names(type.properties.map(\.name)) }
      page += "\n\nMethods\n" + names((type.statics + type.methods).map(\.name))
      page +=
        "\n\n?\(type.name).\(members.isEmpty ? "NAME" : type.methods[0].name) says more of one."
    } else {
      if !properties.isEmpty { page += "\n\nProperties\n" + columns(properties) }
      if !members.isEmpty { page += "\n\nMethods\n" + columns(members) }
    }
    return page + example(type.example)
  }

  /// Members shown with what they do; of more, the names only, so that a page fits a screen.
  private static let longestTable = 10

  /// The page of a trainer: what matters first, on one screen.
  private static func page(_ type: HostType, _ guide: TypeGuide) -> String {
    let constructor = type.constructor
    let fixed = (constructor?.parameters ?? []).filter { $0.usual.isEmpty }.map(\.signature)
    let rest = constructor?.parameters.contains { !$0.usual.isEmpty } == true ? ["settings"] : []
    var page = "\(type.name)(\((fixed + rest).joined(separator: ", ")))\n  \(type.doc)"
    page += "\n\nFormula\n" + guide.formula.map { "  " + $0 }.joined(separator: "\n")
    page += "\n  " + guide.source
    page += "\n\n" + settingsTable(type, guide)
    let metrics = guide.metrics.compactMap(Metric.named).map { ($0.name, clause(of: $0.healthy)) }
    if !metrics.isEmpty { page += "\n\nLook at\n" + columns(metrics) }
    let members = (type.statics + type.methods).map { "\($0.name)()" } + type.properties.map(\.name)
    page += "\n\nMembers   " + members.joined(separator: " ")
    page += "\nSee also  "
    page += guide.seeAlso.map { $0.hasPrefix(":") ? $0 : "?\($0)" }.joined(separator: ", ")
    return page + example(constructor?.example ?? type.example)
  }

  /// What stands before the first semicolon.
  private static func clause(of text: String) -> String { String(text.prefix { $0 != ";" }) }

  /// The parameters that take the settings of a trainer.
  private static func settings(of type: HostType) -> [ParameterSpec]? {
    let method = TypeGuide.of(type.name)?.method
    return (method.flatMap(type.method) ?? type.constructor)?.parameters
  }

  private static func settingsTable(_ type: HostType, _ guide: TypeGuide) -> String {
    let all = settings(of: type) ?? []
    let shown = guide.settings.compactMap { name in all.first { $0.name == name } }
    let rows = shown.map { parameter in
      [
        parameter.name, parameter.defaultValue?.shown ?? "",
        clause(of: parameter.usual), clause(of: parameter.doc),
      ]
    }
    let owner = type.name + (guide.method.map { "." + $0 } ?? "")
    let head = [
      "\(guide.method.map { "Settings of \($0)" } ?? "Settings")", "default", "usual", "",
    ]
    let left = all.filter { !$0.usual.isEmpty }.count - shown.filter { !$0.usual.isEmpty }.count
    return grid([head] + rows.map { ["  " + $0[0]] + $0.dropFirst() })
      + (left > 0
        ? "\n  \(left) more: ?\(type.name).settings; one: ?\(owner).\(shown.first?.name ?? "")"
        : "")
  }

  // MARK: Columns

  /// Names and what is said of them, in two columns; a long name stands on a line of its own.
  static func columns(_ entries: [(String, String)]) -> String {
    let width = min(entries.map { TextWidth.of($0.0) }.max() ?? 0, 24)
    return entries.map { name, text in
      TextWidth.of(name) > width
        ? "  \(name)\n  \(String(repeating: " ", count: width))  \(text)"
        : "  \(TextWidth.padded(name, to: width))  \(text)"
    }.joined(separator: "\n")
  }

  /// Rows under one another, each column as wide as its widest cell.
  private static func grid(_ rows: [[String]]) -> String {
    let widths = (rows.first ?? []).indices.map { column in
      rows.map { TextWidth.of($0[column]) }.max() ?? 0
    }
    return rows.map { row in
      let line = zip(row, widths).map { TextWidth.padded($0, to: $1) }.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }

  /// Names one after the other; the page wraps them.
  private static func names(_ names: [String]) -> String {
    "  " + names.joined(separator: ", ")
  }
}
