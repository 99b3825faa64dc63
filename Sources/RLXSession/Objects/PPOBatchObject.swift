import RLXModels
import RLXScript
import RLXTensor
import RLXTraining

/// The answers of one PPO step with every number the stages so far have left.
package final class PPOBatchObject: Digestible {
  package static let typeName = "PPOBatch"

  package let batch: PPOBatch
  let policy: ModelObject
  package let identity = ObjectIdentity()

  init(_ batch: PPOBatch, policy: ModelObject) {
    self.batch = batch
    self.policy = policy
  }

  package var typeName: String { Self.typeName }
  package var count: Int? { batch.count }

  /// `batch[0]` is one answer, a row a token.
  package func index(_ subscripts: [SubscriptValue]) throws -> Value {
    switch try ListPlace(subscripts, of: batch.count, in: Self.typeName) {
    case .element(let row): .host(PPOAnswerObject(batch, row: row, policy: policy))
    case .slice(let rows):
      .list(rows.map { .host(PPOAnswerObject(batch, row: $0, policy: policy)) })
    }
  }

  package func makeIterator() throws -> (() throws -> Value?)? {
    var row = 0
    return { [batch, policy] in
      guard row < batch.count else { return nil }
      defer { row += 1 }
      return .host(PPOAnswerObject(batch, row: row, policy: policy))
    }
  }

  /// One row a response.
  package func display(_ style: DisplayStyle) -> String {
    let view = ViewStyle(style)
    let title = ["PPOBatch", NumberText.count(batch.count, "answer"), batch.stage.words]
      .joined(separator: view.separator)
    let hasScores = batch.scores != nil
    var table = TableView(
      title: title,
      columns: ["prompt", "answer", "tokens", "kl"] + (hasScores ? ["score"] : []),
      rowCount: batch.count
    ) { [batch] row in
      let sample = batch.samples[row]
      let kl = batch.kl.array[batch.rows[row]].reduce(0) { $0 + Double($1) }
      return [
        .text(sample.prompt), .text(sample.response), .integer(sample.responseTokens.count),
        .number(kl),
      ] + (batch.scores.map { [.number($0[row])] } ?? [])
    }
    table.showsIndex = true
    return table.text(view)
  }

  package func plain() throws -> Value? {
    .list(
      try (0..<batch.count).map {
        try PPOAnswerObject(batch, row: $0, policy: policy).plain() ?? .nil
      })
  }

  package var objectState: ObjectState {
    let (batch, stages) = (batch, batch.stages)
    let left = batch.left
    let presence = Presence(left)
    return ObjectState(tensors: left.compactMap(\.self), holds: [.host(policy)]) { tensors in
      batch.restore(stages, left: presence.taken(from: tensors))
    }
  }

  package func absorb(into digest: inout DigestBuilder) {
    digest.count(batch.stage.rawValue)
    for sample in batch.samples {
      digest.text(sample.prompt)
      digest.text(sample.response)
      digest.integers(sample.promptTokens)
      digest.integers(sample.responseTokens)
    }
    for (name, tensor) in batch.named {
      digest.text(name)
      digest.tensor(tensor)
    }
    if let ends = batch.ends {
      digest.integers(ends.rows.map { Int32($0) })
      for tensor in [ends.values, ends.rewards, ends.returns] {
        if let tensor { digest.tensor(tensor) }
      }
    }
    for score in (batch.rawScores ?? []) + (batch.scores ?? []) { digest.number(score) }
    digest.number(batch.klCoef ?? 0)
  }
}

/// One answer of a batch, as it was when it was read: a row a token.
package final class PPOAnswerObject: Unchanging {
  package static let typeName = "PPOAnswer"

  let prompt: String
  let text: String
  let promptTokens: [Int32]
  let tokens: [Int32]
  let score: Double?
  /// One number a token under each name, in the order the stages left them.
  let columns: [(name: String, values: [Float])]
  private let words: [String]
  package let identity = ObjectIdentity()

  init(_ batch: PPOBatch, row: Int, policy: ModelObject) {
    let sample = batch.samples[row]
    let range = batch.rows[row]
    prompt = sample.prompt
    text = sample.response
    promptTokens = sample.promptTokens
    tokens = sample.responseTokens
    score = batch.scores?[row]
    columns = batch.named.map { ($0.name, Array($0.tensor.array[range])) }
    let tokenizer = policy.model.tokenizer
    words = tokens.indices.map { place in
      let before = Array(sample.promptTokens + sample.responseTokens[..<place])
      return tokenizer.decodeContinuation(prompt: before, [sample.responseTokens[place]])
    }
  }

  package var typeName: String { Self.typeName }
  package var isData: Bool { true }
  package var count: Int? { tokens.count }

  func column(_ name: String) -> [Float]? { columns.first { $0.name == name }?.values }

  /// One token with its numbers.
  private func row(_ place: Int) -> Value {
    .map(
      [("token", .string(words[place])), ("id", .int(Int(tokens[place])))]
        + columns.map { ($0.name, .float(Double($0.values[place]))) })
  }

  package func index(_ subscripts: [SubscriptValue]) throws -> Value {
    switch try ListPlace(subscripts, of: tokens.count, in: Self.typeName) {
    case .element(let place): row(place)
    case .slice(let range): .list(range.map(row))
    }
  }

  package func makeIterator() throws -> (() throws -> Value?)? {
    var place = 0
    return { [self] in
      guard place < tokens.count else { return nil }
      defer { place += 1 }
      return row(place)
    }
  }

  package func isEqual(to other: any HostObject) -> Bool {
    guard let other = other as? PPOAnswerObject else { return false }
    return other.promptTokens == promptTokens && other.tokens == tokens
      && other.score == score && other.columns.elementsEqual(columns) { $0 == $1 }
  }

  package func display(_ style: DisplayStyle) -> String {
    let view = ViewStyle(style)
    func number(_ name: String, _ place: Int) -> Double? { column(name).map { Double($0[place]) } }
    let rows = words.indices.map { place in
      LedgerView.Row(
        token: words[place], logProb: number("logprobs", place),
        refLogProb: number("ref_logprobs", place), kl: number("kl", place),
        reward: number("rewards", place), value: number("values", place),
        advantage: number("advantages", place), returned: number("returns", place),
        ratio: number("ratio", place), isClipped: number("clipped", place).map { $0 != 0 })
    }
    let scored = score.map { view.separator + "score \(NumberText.significant($0))" } ?? ""
    let title = "after \"\(TextWidth.visible(prompt))\"" + scored
    return LedgerView(title: title, rows: rows).text(view)
  }

  package func plain() throws -> Value? {
    .map(
      [
        ("prompt", .string(prompt)), ("text", .string(text)), ("tokens", .ids(tokens)),
        ("score", score.map { .float($0) } ?? .nil),
      ] + columns.map { ($0.name, .numbers($0.values)) })
  }

  package func absorb(into digest: inout DigestBuilder) {
    digest.text(prompt)
    digest.text(text)
    digest.integers(promptTokens)
    digest.integers(tokens)
    digest.flag(score != nil)
    if let score { digest.number(score) }
    for (name, values) in columns {
      digest.text(name)
      digest.floats(values)
    }
  }
}
