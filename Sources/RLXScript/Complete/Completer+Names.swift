extension Completer {
  /// Offers every name an expression can begin with, nearest ones first.
  func offerNames(startsStatement: Bool) {
    var seen: Set<String> = []
    for local in question.scope.locals.reversed() where seen.insert(local.name).inserted {
      matcher.offer(local.name) { [outlines] in Self.suggestion(local, outlines) }
    }
    let globals = interpreter.newestGlobals(Self.namesRead)
    for (name, value) in globals.sorted(by: { $0.name < $1.name }) {
      matcher.offer(name) { Self.suggestion(name, value) }
    }
    matcher.skip(interpreter.globalCount - globals.count)
    for spec in interpreter.registry.functions.sorted(by: { $0.name < $1.name }) {
      matcher.offer(spec.name) { Self.suggestion(spec, .function) }
    }
    for type in interpreter.registry.types where type.isNameable {
      matcher.offer(type.name) { Self.suggestion(type) }
    }
    offerKeywords(
      startsStatement
        ? [
          .if, .else, .for, .while, .fn, .return, .use, .try, .catch, .fail, .assert, .break,
          .continue, .true, .false, .nil, .not,
        ] : [.fn, .if, .try, .not, .true, .false, .nil])
  }

  func offerKeywords(_ keywords: [Keyword]) {
    for keyword in keywords {
      let isWhole = [.true, .false, .nil, .break, .continue].contains(keyword)
      matcher.offer(keyword.rawValue) {
        Suggestion(keyword.rawValue, .keyword, closing: isWhole ? "" : " ")
      }
    }
  }

  private static func suggestion(_ local: PartialScope.Local, _ outlines: OutlineFinder)
    -> Suggestion
  {
    if case .function(let start) = local.origin {
      let syntax = outlines.function(at: start)
      return Suggestion(
        local.name, .function, detail: syntax.map { signature(local.name, $0) } ?? "",
        doc: syntax?.documentation?.firstLine ?? "", closing: "(")
    }
    return Suggestion(
      local.name, .variable, detail: outlines.outline(named: local.name).typeName ?? "")
  }

  /// A name of the session with what it holds.
  static func suggestion(_ name: String, _ value: Value) -> Suggestion {
    guard case .function(let function) = value else {
      return Suggestion(name, .variable, detail: value.typeName)
    }
    switch function.body {
    case .host(let spec, _):
      return Suggestion(name, .function, detail: spec.shortSignature, doc: spec.doc, closing: "(")
    case .type(let type): return Suggestion(name, .type, doc: type.doc, closing: "(")
    case .script(let script):
      return Suggestion(
        name, .function, detail: signature(name, script.syntax),
        doc: script.syntax.documentation?.firstLine ?? "",
        closing: script.syntax.parameters.isEmpty ? "()" : "(")
    }
  }

  static func suggestion(_ spec: FunctionSpec, _ kind: Suggestion.Kind) -> Suggestion {
    Suggestion(
      spec.name, kind, detail: spec.shortSignature, doc: spec.doc,
      closing: spec.parameters.isEmpty ? "()" : "(")
  }

  static func suggestion(_ type: HostType) -> Suggestion {
    Suggestion(
      type.name, .type, detail: type.constructor?.shortSignature ?? "", doc: type.doc,
      closing: type.constructor == nil ? "." : "(")
  }

  private static func signature(_ name: String, _ syntax: FunctionSyntax) -> String {
    "\(name)(\(syntax.parameters.map { $0.signature(in: syntax.source) }.joined(separator: ", ")))"
  }

  // MARK: Members

  /// Offers what may follow the dot.
  func offerMembers(of object: Outline) {
    if let type = outlines.type(object) {
      for spec in type.statics { matcher.offer(spec.name) { Self.suggestion(spec, .method) } }
      return
    }
    if object.typeName == "map" {
      for key in outlines.keys(of: object, limit: Self.namesRead)
      where key.name.isWord {
        matcher.offer(key.name) {
          Suggestion(key.name, .key, detail: key.outline.typeName ?? "", doc: key.doc)
        }
      }
    }
    guard let name = object.typeName, let type = interpreter.registry.type(name) else { return }
    for property in type.properties {
      matcher.offer(property.name) {
        Suggestion(property.name, .property, detail: property.returns, doc: property.doc)
      }
    }
    for method in type.methods + (type.isHost ? CoreLibrary.hostMethods : []) {
      matcher.offer(method.name) { Self.suggestion(method, .method) }
    }
  }
}

extension OutlineFinder {
  func outline(named name: String) -> Outline { named(name, before: scope.locals.count) }

  func function(at place: Int) -> FunctionSyntax? { scope.function(at: place) }
}

extension ParameterSyntax {
  /// `n`, or `n: 3` with a default.
  func signature(in source: Source) -> String {
    defaultValue.map { "\(name): \(source.string(in: $0.span))" } ?? name
  }
}

extension String {
  /// Whether it can stand after a dot.
  var isWord: Bool {
    guard let first = unicodeScalars.first else { return false }
    return (first == "_" || first.properties.isXIDStart)
      && unicodeScalars.dropFirst().allSatisfy { $0 == "_" || $0.properties.isXIDContinue }
  }

  var firstLine: String { String(prefix { $0 != "\n" }) }
}
