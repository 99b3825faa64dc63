/// What could stand at a cursor: the answer of the completion engine.
package struct Suggestions: Sendable {
  /// The part of the text, in scalars, that a suggestion takes the place of. It ends at the cursor.
  package var replaced: Range<Int>
  /// Best ones first: what begins as typed, then what does so but for case; only without either,
  /// what is spelled nearly so.
  package var list: [Suggestion]
  /// How many more there may be than are listed: what fits beyond a number that anyone reads, and
  /// what was too much to look at.
  package var more: Int
  /// What to put in the place of `replaced` without asking: the whole of the only suggestion with
  /// what follows it, or what all of them begin with. Nil where that would add nothing.
  package var insertion: String?
  /// Whether nothing is typed yet and any expression could begin here.
  package var isOpen = false
  /// How many names were looked at: the measure of the work.
  package var examined = 0

  package static func none(at cursor: Int) -> Suggestions {
    Suggestions(replaced: cursor..<cursor, list: [], more: 0, insertion: nil)
  }
}

/// One thing that could stand at the cursor.
package struct Suggestion: Sendable, Equatable {
  package enum Kind: String, Sendable {
    case argument, variable, function, type, keyword, property, method, key, value, file, folder
    case command, topic
  }

  /// As it is spelled in the text.
  package var text: String
  package var kind: Kind
  /// A few words: the type, the default, the signature.
  package var detail: String
  /// One line of documentation.
  package var doc: String
  /// What follows when it is the only one: `(`, `: `, a closing quote.
  package var closing: String

  package init(
    _ text: String, _ kind: Kind, detail: String = "", doc: String = "", closing: String = ""
  ) {
    self.text = text
    self.kind = kind
    self.detail = detail
    self.doc = doc
    self.closing = closing
  }
}
