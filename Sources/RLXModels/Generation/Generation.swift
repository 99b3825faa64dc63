import RLXTensor

/// The answers to a group of prompts, drawn together.
final class Generation {
  /// An answer in the making.
  private struct Answer {
    let prompt: Int
    /// The most tokens it may have.
    let limit: Int
    var tokens: [Int32] = []
    var logProbs: [Float] = []
    /// Its text so far, if there are texts to stop at.
    var decoder: IncrementalDecoder?
    /// nil while it is open.
    var finish: Completion.Finish?
  }

  private let model: LanguageModel
  private let prompts: [[Int32]]
  private let settings: GenerationSettings
  private let draw: Draw
  private let firstRow: Int
  private let sampler: RowSampler
  private let stops: StopStrings
  private let endTokens: [Int32]
  private var answers: [Answer] = []

  init(
    _ model: LanguageModel, _ prompts: [[Int32]], _ settings: GenerationSettings, limits: [Int]?,
    draw: Draw, firstRow: Int
  ) {
    self.model = model
    self.prompts = prompts
    self.settings = settings
    self.draw = draw
    self.firstRow = firstRow
    sampler = RowSampler(
      temperature: settings.temperature, topK: settings.topK, topP: settings.topP)
    stops = StopStrings(settings.stop)
    endTokens = settings.ignoreEnd ? [] : model.stopTokens
    for (index, prompt) in prompts.enumerated() {
      var answer = Answer(
        prompt: index,
        limit: min(
          limits?[index] ?? settings.maxTokens, settings.maxTokens,
          model.config.context - prompt.count))
      if !stops.isEmpty {
        answer.decoder = IncrementalDecoder(model.tokenizer, after: prompt)
      }
      if answer.limit == 0 { answer.finish = .length }
      answers += repeatElement(answer, count: settings.n)
    }
  }

  var rows: Int { answers.count }

  /// The most positions there can be.
  var positions: Int { answers.map(\.limit).max() ?? 0 }

  /// Draws every answer; `onToken` is given how many are still open after each position.
  func run(_ onToken: (Int) throws -> Void) throws {
    var open = answers.indices.filter { answers[$0].finish == nil }
    guard !open.isEmpty else { return }
    let capacity = open.map { prompts[answers[$0].prompt].count + answers[$0].limit }.max() ?? 0
    let cache = model.family.makeCache(rows: answers.count, capacity: capacity)
    var logits = prefill(cache, open)
    for position in 0..<positions {
      try sample(logits, open, position)
      open.removeAll { answers[$0].finish != nil }
      try onToken(open.count)
      if open.isEmpty { return }
      let batch = PackedBatch(
        next: open.map { answers[$0].tokens[position] },
        at: open.map { Int32(prompts[answers[$0].prompt].count + position) })
      let hidden = model.family.decode(batch, rows: open.map { Int32($0) }, cache: cache)
      logits = model.family.decodeHead(hidden)
    }
  }

  /// Reads each prompt once, copies what it left in the cache to the other answers of the prompt,
  /// and returns the logits [R, V] of the R open answers' first tokens.
  private func prefill(_ cache: KVCache, _ open: [Int]) -> Tensor {
    let n = settings.n
    // All answers of a prompt have the same limit, so the first of them is open if any is.
    let firsts = open.filter { $0 % n == 0 }
    let batch = PackedBatch(firsts.map { prompts[answers[$0].prompt] })
    let hidden = model.family.decode(batch, rows: firsts.map { Int32($0) }, cache: cache)
    for first in firsts {
      for other in (first + 1)..<(first + n) {
        cache.copyRow(from: first, to: other, length: prompts[answers[first].prompt].count)
      }
    }
    let lasts = batch.offsets.dropFirst().map { Int($0) - 1 }
    let logits = model.family.decodeHead(hidden.rows(lasts))
    guard n > 1 else { return logits }
    return logits.rows(firsts.indices.flatMap { Array(repeating: $0, count: n) })
  }

  /// Draws the token of every open answer at a position, and closes those it ends.
  private func sample(_ logits: Tensor, _ open: [Int], _ position: Int) throws(ModelError) {
    let uniforms = open.map { draw.uniform(row: firstRow + $0, position: position) }
    let forbidden = position < settings.minTokens ? endTokens : []
    let drawn: (tokens: [Int32], logProbs: [Float])
    do {
      drawn = try sampler.sample(logits, uniforms: uniforms, forbidden: forbidden)
    } catch {
      switch error {
      case .notFinite: throw .notFinite(what: "the logits of \(model.name)")
      case .nothingLeft: throw .nothingToSample(vocabulary: model.config.vocabulary)
      }
    }
    for (place, row) in open.enumerated() {
      answers[row].tokens.append(drawn.tokens[place])
      answers[row].logProbs.append(drawn.logProbs[place])
      answers[row].finish = finish(row, drawn.tokens[place])
    }
  }

  /// Whether the token an answer has just got ends it.
  private func finish(_ row: Int, _ token: Int32) -> Completion.Finish? {
    if endTokens.contains(token) { return .stop }
    if let seen = answers[row].decoder?.text.count {
      answers[row].decoder?.append(token)
      if let text = answers[row].decoder.map({ $0.text + $0.tail }),
        stops.firstIndex(in: text, seen: seen) != nil
      {
        return .stopString
      }
    }
    return answers[row].tokens.count == answers[row].limit ? .length : nil
  }

  /// The answers, counted from 0 within the group.
  var completions: [Completion] {
    answers.enumerated().map { row, answer in
      let finish = answer.finish ?? .length
      let prompt = prompts[answer.prompt]
      return Completion(
        promptIndex: answer.prompt, prompt: nil, promptTokens: prompt, tokens: answer.tokens,
        text: text(answer.tokens, after: prompt, finish), logProbs: answer.logProbs,
        finish: finish, row: row)
    }
  }

  private func text(
    _ tokens: [Int32], after prompt: [Int32], _ finish: Completion.Finish
  ) -> String {
    let kept = finish == .stop ? Array(tokens.dropLast()) : tokens
    var bytes = Array(model.tokenizer.decodeContinuation(bytes: prompt, kept))
    if finish == .stopString, let end = stops.firstIndex(in: bytes) {
      bytes.removeSubrange(end...)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
