import RLXScript

/// The form in which a session says what it has to say.
package enum OutputFormat: String, CaseIterable, Sendable {
  /// Laid out for people.
  case text
  /// One JSON object a line, for programs: `docs/display.md` lists them.
  case json
}

// What a program has to say where no session says it: before there is one, or after its end.
extension OutputFormat {
  /// An error of no place in a script, with its line end.
  package func error(kind: String, _ message: String, remedy: String? = nil) -> String {
    switch self {
    case .text: "error: \(message)\n" + (remedy.map { "  try: \($0)\n" } ?? "")
    case .json: JSONForm.error(kind: kind, message, remedy: remedy)
    }
  }

  /// A warning, with its line end.
  package func warning(_ message: String) -> String {
    switch self {
    case .text: "warning: \(message)\n"
    case .json: JSONForm.line("warning", [("message", .string(message))])
    }
  }
}
