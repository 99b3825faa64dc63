import RLXScript

/// Answers what is asked after `?`, `:help` and in `help(…)`, in a session with its own names.
struct HelpDesk {
  let book: HelpBook
  private let interpreter: Interpreter

  init(_ interpreter: Interpreter, commands: [CommandHelp]) {
    book = HelpBook(interpreter.registry, commands: commands)
    self.interpreter = interpreter
  }

  /// What the session calls its objects.
  var names: SessionNames { SessionNames(interpreter) }

  /// The page for a question as it was typed; the overview for an empty one.
  ///
  /// A name of this session comes before those of rlx, unless topics come first, as in `:help`.
  /// Throws a name error where nothing is called so, with what is nearest.
  func page(for question: String, topicsFirst: Bool = false) throws -> String {
    let name = HelpDesk.name(in: question)
    if name.isEmpty { return HelpTopic.overview.page }
    if topicsFirst, let topic = book.subjects.first(where: { $0.kind == .topic && $0.name == name })
    {
      return topic.page()
    }
    if let value = interpreter.global(name) { return page(for: value, called: name) }
    if let page = book.page(named: throughVariable(name), topicsFirst: topicsFirst) { return page }
    let nearest = book.nearest(to: name, besides: interpreter.globalNames)
    throw Fault(
      .name, "help: nothing is called \"\(name)\"",
      remedy: (nearest.map { "?\($0), or " } ?? "") + ":apropos \(name)")
  }

  /// The page for a value: of a function, of what an object is with its state now, of a kind.
  func page(for value: Value, called name: String? = nil) -> String {
    switch value {
    case .function(let function): return page(for: function)
    default:
      guard let type = book.registry.type(of: value) else {
        return "A value of type \(value.typeName)."
      }
      let state = name.map { "\($0) = \(brief(value))\n\n" } ?? ""
      return state + HelpText.page(type)
    }
  }

  private func page(for function: FunctionValue) -> String {
    switch function.body {
    case .host(let spec, _): return HelpText.page(spec)
    case .type(let type): return HelpText.page(type)
    case .script:
      var page = function.signature + "\n  "
      page += function.documentation ?? "No ## lines above it say what it does."
      if let origin = function.origin { page += "\n\nDefined   \(origin)" }
      if let source = function.sourceText {
        let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
        page += "\n\nSource\n" + lines.prefix(20).map { "  " + $0 }.joined(separator: "\n")
        if lines.count > 20 { page += "\n  … \(lines.count - 20) lines more" }
      }
      return page
    }
  }

  /// `policy.generate` as `Model.generate`, where `policy` is a Model.
  private func throughVariable(_ name: String) -> String {
    let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
    guard parts.count == 2, let value = interpreter.global(parts[0]) else { return name }
    return "\(value.typeName).\(parts[1])"
  }

  private func brief(_ value: Value) -> String {
    let text = value.shown
    return text.count > 200 ? text.prefix(200) + " …" : text
  }

  /// The name a question is about: without quotes, without the arguments of a call.
  static func name(in question: String) -> String {
    var text = trimmed(question)
    for quote in ["\"", "'"] where text.count > 2 && text.hasPrefix(quote) && text.hasSuffix(quote)
    {
      text = String(text.dropFirst().dropLast())
    }
    if let open = text.firstIndex(of: "("), open > text.startIndex, text.hasSuffix(")") {
      text = String(text[..<open])
    }
    return trimmed(text)
  }

  private static func trimmed(_ text: String) -> String {
    guard let last = text.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(text[...last].drop(while: \.isWhitespace))
  }
}
