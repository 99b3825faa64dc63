import RLXScript
import RLXStore
import RLXTensor

/// Judges comparisons by asking a person, or by what a person answered when this was recorded.
///
/// Which answer stands left is drawn. An answer is in the store, and in the journal together with
/// the digest of what was shown, before the next question comes.
struct PersonLabeller {
  let core: SessionCore
  let store: PreferenceStore
  let by: String
  let draw: Draw

  /// A comparison that was answered in this call, for undo.
  private struct Answered {
    let place: Int
    let judgement: JudgementID
    let choice: Choice
  }

  /// Asks for each comparison in turn until all are answered or the person quits.
  func run(_ comparisons: [ComparisonRecord], into tally: inout LabelTally) throws {
    var answered: [Answered] = []
    var place = 0
    while place < comparisons.count {
      let comparison = comparisons[place]
      let order: ShownOrder = draw.below(2, row: place, position: 0) == 0 ? .ab : .ba
      let question = question(comparison, order, place, of: comparisons.count)
      let shown = Self.digest(of: question)
      let answer = try answer(question, shown: shown)
      switch answer {
      case .quit: return
      case .undo:
        guard let last = answered.popLast() else { continue }
        try store.withdraw(last.judgement, by: by)
        tally.count(last.choice, by: -1)
        place = last.place
      case .first, .second, .tie, .skip:
        let choice = Self.choice(answer, order)
        let judgement = try store.judge(
          comparison.id, Verdict(choice), by: by, shown: order, shownDigest: shown)
        answered.append(Answered(place: place, judgement: judgement, choice: choice))
        tally.count(choice)
        place += 1
      }
    }
  }

  private func question(
    _ comparison: ComparisonRecord, _ order: ShownOrder, _ place: Int, of total: Int
  ) -> LabelQuestion {
    let (left, right) = order == .ab ? (comparison.a, comparison.b) : (comparison.b, comparison.a)
    return LabelQuestion(
      prompt: comparison.prompt, left: left.text, right: right.text, number: place + 1,
      total: total, by: by)
  }

  /// The digest of what the person sees: who, the prompt and both answers in their places.
  static func digest(of question: LabelQuestion) -> String {
    var digest = DigestBuilder("label")
    digest.text(question.by)
    digest.text(question.prompt)
    digest.text(question.left)
    digest.text(question.right)
    return digest.finish()
  }

  /// The answer of the person, or the next recorded one; noted either way. A stop takes effect at
  /// the counted points before and after.
  private func answer(_ question: LabelQuestion, shown: String) throws -> LabelAnswer {
    core.endProgress()
    try core.point()
    let answer: LabelAnswer
    if core.recordedAnswers != nil {
      answer = try recorded(question, shown: shown)
    } else {
      answer = core.console.ask(question)
      if answer == .quit { try core.point() }
    }
    core.note(AnswerRecord(choice: answer.word, shown: shown, by: by))
    return answer
  }

  private func recorded(_ question: LabelQuestion, shown: String) throws -> LabelAnswer {
    guard let record = core.recordedAnswers?.first else {
      if core.stopsAfterAnswers { core.stop.set() }
      // Recorded sessions that were stopped while a question stood end at this point.
      try core.point()
      throw core.fail(
        ReplayDifference(
          what: "label", before: "no further answer",
          after: "question \(question.number) of \(question.total)"))
    }
    core.recordedAnswers?.removeFirst()
    guard record.shown == shown else {
      throw core.fail(
        ReplayDifference(
          what: "label: what question \(question.number) shows", before: "sha256:\(record.shown)",
          after: "sha256:\(shown)"))
    }
    guard Text(record.by) == Text(by) else {
      throw core.fail(ReplayDifference(what: "label: by", before: record.by, after: by))
    }
    guard let answer = LabelAnswer(word: record.choice) else {
      throw core.fail(
        ReplayDifference(
          what: "label: choice", before: "\"\(record.choice)\"",
          after: "one of 1, 2, tie, skip, undo, quit"))
    }
    if answer == .quit { try core.point() }
    return answer
  }

  /// Which candidate a person chose, by where it stood.
  private static func choice(_ answer: LabelAnswer, _ order: ShownOrder) -> Choice {
    switch (answer, order) {
    case (.first, .ab), (.second, .ba): .first
    case (.first, .ba), (.second, .ab): .second
    case (.tie, _): .tie
    case (.skip, _), (.undo, _), (.quit, _): .skip
    }
  }

  /// Answers are never invented: without a terminal and without recorded ones, asking is an error.
  static func requireSomebody(_ core: SessionCore) throws {
    guard core.recordedAnswers == nil, !core.output.reachesPerson else { return }
    throw Fault(
      .value, "Preferences.label: there is nobody to ask: no terminal, and no recorded answers",
      remedy: "run it at a terminal, or label by a function: with: fn(prompt, a, b) => …")
  }
}

extension LabelAnswer {
  /// The word for it in a session file.
  var word: String {
    switch self {
    case .first: "1"
    case .second: "2"
    case .tie: "tie"
    case .skip: "skip"
    case .undo: "undo"
    case .quit: "quit"
    }
  }

  init?(word: String) {
    switch word {
    case "1": self = .first
    case "2": self = .second
    case "tie": self = .tie
    case "skip": self = .skip
    case "undo": self = .undo
    case "quit": self = .quit
    default: return nil
    }
  }
}
