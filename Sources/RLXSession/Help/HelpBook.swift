import RLXScript

/// Everything help has pages of, made from the tables that also check arguments, and the pages that
/// were written by hand.
struct HelpBook {
  let registry: Registry
  let subjects: [HelpSubject]

  init(_ registry: Registry, commands: [CommandHelp]) {
    self.registry = registry
    subjects =
      HelpTopic.all(commands).map(\.subject)
      + registry.functions.flatMap { HelpBook.subjects(of: $0, .function) }
      + registry.types.flatMap(HelpBook.subjects) + Metric.table.map(\.subject)
      + LanguageWord.table.map(\.subject) + ErrorKind.allCases.map(\.subject)
      + commands.map { command in
        HelpSubject(.command, ":" + command.name, line: command.summary, details: command.details) {
          command.page
        }
      }
  }

  /// The page of what is called `name`: of several with that very name all, except that a topic
  /// gives way to them unless topics come first. Of several that are only abbreviated so, a list.
  /// nil if there is none.
  func page(named name: String, topicsFirst: Bool = false) -> String? {
    let named = subjects.filter { $0.name == name }
    let topics = named.filter { $0.kind == .topic }
    let others = named.filter { $0.kind != .topic }
    let chosen = others.isEmpty || (topicsFirst && !topics.isEmpty) ? topics : others
    if !chosen.isEmpty { return chosen.map { $0.page() }.joined(separator: "\n\n") }
    let meant = subjects.filter { $0.aliases.contains(name) }
    if !meant.isEmpty { return page(of: meant, called: name) }
    let folded = name.lowercased()
    let similar = subjects.filter { $0.name.lowercased() == folded }
    return similar.isEmpty ? nil : page(of: similar, called: name)
  }

  /// The page of a property or method, `Model.generate`; nil if there is none.
  func page(ofMember name: String) -> String? {
    subjects.first { $0.name == name && [.property, .method].contains($0.kind) }?.page()
  }

  /// The page of all that one name stands for; a list where there are several names.
  private func page(of meant: [HelpSubject], called name: String) -> String {
    if Set(meant.map(\.name)).count == 1 {
      return meant.map { $0.page() }.joined(separator: "\n\n")
    }
    return "\(name) is in several places; ?NAME shows one\n"
      + HelpText.columns(meant.map { ($0.name, "\($0.kind.rawValue): \(firstSentence($0.line))") })
  }

  private func firstSentence(_ text: String) -> String {
    text.firstRange(of: ". ").map { text[..<$0.lowerBound] + "." } ?? text
  }

  /// The names nearest to one that nothing has.
  func nearest(to name: String, besides others: [String]) -> String? {
    if let dot = name.firstIndex(of: "."), subjects.contains(where: { $0.name == name[..<dot] }) {
      // That the owner's name is right says nothing of the member's.
      let owner = name[...dot]
      let members = subjects.map(\.name).filter { $0.hasPrefix(owner) }
      return Spelling.nearest(
        String(name[dot...].dropFirst()), among: members.map { String($0.dropFirst(owner.count)) }
      ).map { owner + $0 }
    }
    let known = others + subjects.filter { $0.kind != .parameter }.map(\.name)
    return Spelling.nearest(name, among: known)
      ?? Spelling.nearest(name, among: subjects.flatMap(\.aliases))
      ?? Spelling.nearest(name, among: subjects.map(\.name))
  }

  // MARK: Subjects from the tables

  private static func subjects(of spec: FunctionSpec, _ kind: HelpSubject.Kind) -> [HelpSubject] {
    let itself = HelpSubject(
      kind, spec.qualifiedName, aliases: kind == .method ? [spec.name] : [], line: spec.doc
    ) { HelpText.page(spec) }
    return [itself] + parameters(of: spec)
  }

  private static func parameters(of spec: FunctionSpec) -> [HelpSubject] {
    spec.parameters.map { parameter in
      let spellings = [parameter.name] + parameter.aliases
      let short = spec.owner == spec.name ? [] : spellings.map { "\(spec.name).\($0)" }
      return HelpSubject(
        .parameter, "\(spec.qualifiedName).\(parameter.name)",
        aliases: spellings + short + parameter.aliases.map { "\(spec.qualifiedName).\($0)" },
        line: parameter.doc.sentence
      ) { HelpText.page(parameter, of: spec) }
    }
  }

  private static func subjects(of type: HostType) -> [HelpSubject] {
    let itself = HelpSubject(
      .type, type.name, line: type.doc, details: TypeGuide.of(type.name)?.formula.joined() ?? ""
    ) { HelpText.page(type) }
    let properties = type.properties.map { property in
      HelpSubject(
        .property, "\(type.name).\(property.name)", aliases: [property.name], line: property.doc
      ) { HelpText.page(property, of: type) }
    }
    let members = (type.statics + type.methods).flatMap { subjects(of: $0, .method) }
    return [itself] + (type.constructor.map(parameters) ?? []) + properties + members
  }
}
