import RLXScript

/// What a session writes: values, printed text and messages on standard output, errors and warnings
/// on standard error.
struct Output {
  let console: any Console
  let format: OutputFormat
  /// How the reader can see what a display leaves out; nil where there is no way.
  let hint: String?

  /// How values are shown now.
  var style: DisplayStyle {
    let facts = console.facts
    return DisplayStyle(
      width: facts.width, isPlain: facts.isPlain, usesColor: facts.usesColor,
      usesUnicode: facts.usesUnicode, hint: hint)
  }

  /// Whether a person can be asked something.
  var reachesPerson: Bool { console.facts.isTerminal && format == .text }

  func value(_ value: Value) {
    switch format {
    case .text: console.write(ShownValue.text(value, style) + "\n")
    case .json: console.write(JSONForm.line(of: value))
    }
  }

  /// What `print` was given, with its line end.
  func printed(_ text: String) {
    console.write(format == .text ? text : JSONForm.line("print", [("text", .string(text))]))
  }

  /// What a command of the session did, in a few words.
  func message(_ text: String) {
    console.write(
      format == .text ? text + "\n" : JSONForm.line("message", [("text", .string(text))]))
  }

  /// What a person may want to see meanwhile, on standard error.
  func note(_ text: String) {
    console.writeError(
      format == .text ? text + "\n" : JSONForm.line("note", [("text", .string(text))]))
  }

  func error(_ diagnostic: Diagnostic) {
    switch format {
    case .text:
      console.writeError(diagnostic.rendered(color: console.facts.usesErrorColor) + "\n")
    case .json: console.writeError(JSONForm.lines(of: diagnostic))
    }
  }

  /// Ctrl-C took effect.
  func stopped(_ diagnostic: Diagnostic) {
    guard format == .text else { return error(diagnostic) }
    let place = diagnostic.place.map { " at \($0)" } ?? ""
    console.writeError("stopped\(place); what was done before stands\n")
  }

  func warning(_ text: String) {
    console.writeError(format.warning(text))
  }
}
