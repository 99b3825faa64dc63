/// One statement of a session and everything recorded of it.
package struct SessionEntry: Equatable, Sendable {
  /// Comments and blank lines that stood before the statement.
  package var leading: String = ""
  /// The statement as typed, with a `;` behind it if its value was not to be shown.
  package var text: String
  /// The comment behind the statement on its last line, with the space before it.
  package var trailing: String = ""
  package var inputs: [InputRecord] = []
  package var answers: [AnswerRecord] = []
  /// The count of points at which a person stopped the statement.
  package var stoppedAt: Int?
  package var failure: Failure?
  package var digest: String?
  package var preview: String?
  /// What another machine's floats can be compared with, where the session keeps that.
  package var outline: StatementOutline?
  /// A failure that left names, objects, files and draws as they were: `:save` leaves it out.
  package var changedNothing = false

  package struct Failure: Equatable, Sendable {
    package var kind: String
    package var digest: String
  }

  package init(text: String, leading: String = "", trailing: String = "") {
    self.text = text
    self.leading = leading
    self.trailing = trailing
  }

  /// Whether the statement came to an end: its result was written.
  package var isComplete: Bool {
    digest != nil || failure != nil
  }

  /// What the chain hashes for this statement: its digest, or that of its failure.
  package var outcomeDigest: String {
    failure.map { "\($0.kind) \($0.digest)" } ?? digest ?? ""
  }

  /// The marks that follow the statement, in the order they are written.
  package var marks: [Mark] {
    var marks = inputs.map(Mark.input) + answers.map(Mark.answer)
    if let stoppedAt { marks.append(.stopped(at: stoppedAt)) }
    if let outline { marks.append(.outline(outline)) }
    if let failure { marks.append(.failure(kind: failure.kind, digest: failure.digest)) }
    if let digest, failure == nil { marks.append(.digest(digest, preview: preview)) }
    return marks
  }
}

/// The running hash over a session: each statement and its digest onto the one before.
package struct DigestChain: Equatable, Sendable {
  package private(set) var value: String

  package init() {
    value = DigestBuilder("rlx session").finish()
  }

  package mutating func append(_ entry: SessionEntry) {
    var builder = DigestBuilder("link")
    builder.text(value)
    builder.text(entry.text)
    builder.text(entry.outcomeDigest)
    value = builder.finish()
  }
}
