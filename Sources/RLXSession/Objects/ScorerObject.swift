import RLXModels
import RLXScript
import RLXTraining

/// A host object that scores answers: a reward model, several together, features.
protocol ScorerObject: HostObject {
  /// The tokenizer whose ids it reads; nil: it reads texts.
  var tokenizer: Tokenizer? { get }

  /// The scores of answers, higher is better. The samples' ids are of `tokenizer`; a scorer with
  /// another goes by the texts. `raw`: as trained, not as normalised for a policy.
  func scores(
    _ samples: [Sample], by tokenizer: Tokenizer?, raw: Bool, owner: String, _ core: SessionCore
  ) throws -> [Double]
}

extension RewardModelObject {
  var tokenizer: Tokenizer? { model.model.tokenizer }

  func scores(
    _ samples: [Sample], by tokenizer: Tokenizer?, raw: Bool, owner: String, _ core: SessionCore
  ) throws -> [Double] {
    try core.point()
    let rows = try rows(samples, by: tokenizer, owner: owner, core)
    return try (raw ? model.rawScores(rows) : model.scores(rows)).map(Double.init)
  }

  /// Prompt and answer as one row of ids each, cut to length if that was asked for.
  func rows(_ samples: [Sample], by tokenizer: Tokenizer?, owner: String, _ core: SessionCore)
    throws -> [[Int32]]
  {
    let own = model.model.tokenizer
    let readsIDs = tokenizer.map { own.isSame(as: $0) } ?? false
    var cut = Truncation.Cutter(truncation, context: model.model.config.context, owner: owner)
    let rows = try samples.enumerated().map { row, sample in
      let (prompt, answer) =
        readsIDs
        ? try cut(sample.promptTokens, sample.responseTokens, row: row)
        : try cut(
          own.encode(sample.prompt),
          own.encodeContinuation(prompt: sample.prompt, response: sample.response), row: row)
      return prompt + answer
    }
    truncation.report(cut, "answer", core)
    return rows
  }

  /// A reward model reads prompt and answer as one; after a cut the answers of a comparison need not
  /// share a prompt any more, so each goes as a whole.
  func encoded(
    _ read: [Comparison<Sample>], _ call: Call, _ parameter: String, _ core: SessionCore
  ) throws -> [Comparison<[Int32]>] {
    var rows = try rows(
      read.flatMap(\.answers), by: tokenizer, owner: call.spec.qualifiedName, core
    ).makeIterator()
    let all = read.map { comparison in comparison.map { _ in rows.next() ?? [] } }
    try PreferenceFit.refuseEqualAnswers(all, read, call, parameter)
    return all
  }
}
