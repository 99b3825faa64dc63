import RLXModels
import RLXTensor

/// A prompt as text and as ids.
package struct Prompt: Equatable, Sendable {
  package var text: String
  package var tokens: [Int32]

  package init(text: String, tokens: [Int32]) {
    self.text = text
    self.tokens = tokens
  }
}

extension PPO.Settings {
  /// How answers are sampled.
  package var generation: GenerationSettings {
    GenerationSettings(
      maxTokens: maxTokens.high, minTokens: minTokens, temperature: Float(temperature), topK: topK,
      topP: Float(topP), stop: stop)
  }
}

/// Samples one answer to each prompt, the p-th of at most `limits[p]` tokens if those are given. Calls
/// `report` once for each token position. `logProbs` are those of sampling, packed [R].
func sampleAnswers(
  _ model: LanguageModel, _ prompts: [Prompt], settings: GenerationSettings, limits: [Int]? = nil,
  draw: Draw, report: Report
) throws -> (samples: [Sample], finishes: [Completion.Finish?], logProbs: [Float]) {
  let completions = try model.generate(
    prompts.map(\.tokens), settings, limits: limits, draw: draw
  ) { progress in
    try report(TrainProgress(phase: "generate", done: progress.done, total: progress.total))
  }
  let samples = zip(prompts, completions).map { prompt, completion in
    Sample(
      prompt: prompt.text, response: completion.text, promptTokens: prompt.tokens,
      responseTokens: completion.tokens)
  }
  return (samples, completions.map(\.finish), completions.flatMap(\.logProbs))
}

extension PPO {
  /// The log-probabilities of given answers under policy and reference, the KL term and the values:
  /// all that PPO needs to know before an update, from one forward pass of each model.
  func measured(_ samples: [Sample], finishes: [Completion.Finish?]) throws -> PPOBatch {
    let pairs = samples.map { (prompt: $0.promptTokens, response: $0.responseTokens) }
    let temperature = settings.logProbTemperature
    let readsEnds = settings.scorePosition == .afterEnd
    let isFull = settings.klPenalty == .full
    let ours = try ResponsePass(
      policy, pairs, temperature: temperature, recording: false, readingEnds: readsEnds,
      keepingLogits: isFull)
    let theirs = try ResponsePass(
      reference, pairs, temperature: temperature, recording: false, keepingLogits: isFull)
    let (logProbs, refLogProbs) = (ours.logProbs, theirs.logProbs)
    var kl = settings.klPenalty.perToken(logProbs, refLogProbs)
    if let own = ours.logits, let other = theirs.logits, !ours.targets.isEmpty {
      kl = fullKL(own, other, temperature: temperature)
    }
    let values = try valueFunction(ours, pairs, recording: false, readingEnds: readsEnds)
    return PPOBatch(
      samples: samples, finishes: finishes, offsets: ours.offsets, logProbs: logProbs,
      refLogProbs: refLogProbs, kl: kl, values: values.tokens,
      ends: values.ends.map { ends($0, samples) }, clock: clock)
  }

  /// The ends of answers with room for a place after them, of those of all answers with tokens.
  private func ends(_ values: Tensor, _ samples: [Sample]) -> PPOEnds {
    let spoken = samples.indices.filter { !samples[$0].responseTokens.isEmpty }
    let places = spoken.indices.filter { place in
      samples[spoken[place]].responseTokens.count < settings.maxTokens.high
    }
    return PPOEnds(rows: places.map { spoken[$0] }, values: values.rows(places))
  }
}
