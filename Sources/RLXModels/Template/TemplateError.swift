/// What can go wrong with a template, and where in its text.
package struct TemplateError: Error, Equatable {
  package enum Problem: Equatable, Sendable {
    /// The text is no template.
    case syntax(found: String, wanted: String)
    /// A part of the template language that is not known here.
    case unknown(kind: String, name: String)
    /// A name or attribute that is not there was used as if it were.
    case undefined(String)
    /// An operation on values it is not for.
    case type(String)
    /// Something templates may not do.
    case forbidden(String)
    /// It took more steps, room or depth than a template may.
    case limit(String)
    /// What the template itself raised: `raise_exception("…")`.
    case raised(String)
  }

  package let problem: Problem
  /// Counted from 1, in scalars.
  package let line: Int
  package let column: Int

  init(_ problem: Problem, at place: TemplatePlace) {
    self.problem = problem
    line = place.line
    column = place.column
  }

  /// What was there.
  package var found: String {
    switch problem {
    case .syntax(let found, _): found
    case .unknown(let kind, let name): "the \(kind) \(name)"
    case .undefined(let name): "\(name) is undefined"
    case .type(let text), .forbidden(let text), .limit(let text): text
    case .raised(let message): "the template refused: \(message)"
    }
  }

  /// What was wanted instead.
  package var wanted: String {
    switch problem {
    case .syntax(_, let wanted): wanted
    case .unknown(let kind, _): "a \(kind) that chat templates have"
    case .undefined: "a name that has a value"
    case .type: "values that go together"
    case .forbidden: "what a template may do"
    case .limit: "a template that ends"
    case .raised: "messages this template takes"
    }
  }
  /// What to try, where there is something to say.
  package var remedy: String? {
    switch problem {
    case .raised: "look at the roles of the messages, their order and what they contain"
    case .forbidden(let text): text.hasSuffix("give a date") ? "date: \"2026-01-31\"" : nil
    case .syntax, .unknown, .undefined, .type, .limit: nil
    }
  }
}

/// A place in the text of a template, by which a line and a column can be told.
struct TemplatePlace: Equatable, Sendable {
  let line: Int
  let column: Int
}
