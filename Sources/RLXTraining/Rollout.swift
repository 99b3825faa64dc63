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
      maxTokens: maxTokens, minTokens: minTokens, temperature: Float(temperature), topK: topK,
      topP: Float(topP), stop: stop)
  }
}

/// Samples one answer to each prompt. Calls `report` once for each token position.
func sampleAnswers(
  _ model: LanguageModel, _ prompts: [Prompt], settings: GenerationSettings, draw: Draw,
  report: Report
) throws -> (samples: [Sample], finishes: [Completion.Finish?]) {
  let completions = try model.generate(prompts.map(\.tokens), settings, draw: draw) { progress in
    try report(TrainProgress(phase: "generate", done: progress.done, total: progress.total))
  }
  let samples = zip(prompts, completions).map { prompt, completion in
    Sample(
      prompt: prompt.text, response: completion.text, promptTokens: prompt.tokens,
      responseTokens: completion.tokens)
  }
  return (samples, completions.map(\.finish))
}

/// The log-probabilities of given answers under policy and reference, the KL term and the values:
/// all that PPO needs to know before an update, from one forward pass of each model.
func measured(
  _ samples: [Sample], finishes: [Completion.Finish?], policy: LanguageModel,
  reference: LanguageModel,
  valueHead: ValueHead, settings: PPO.Settings
) throws -> PPOBatch {
  let pairs = samples.map { (prompt: $0.promptTokens, response: $0.responseTokens) }
  let temperature = settings.logProbTemperature
  let ours = try ResponsePass(policy, pairs, recording: false)
  let theirs = try ResponsePass(reference, pairs, recording: false)
  let logProbs = ours.logProbs(temperature: temperature)
  let refLogProbs = theirs.logProbs(temperature: temperature)
  let kl =
    settings.klPenalty == .full && !ours.targets.isEmpty
    ? fullKL(ours.logits, theirs.logits, temperature: temperature)
    : Tensor(
      settings.klPenalty.perToken(logProbs.array, refLogProbs.array), [ours.targets.count])
  return PPOBatch(
    samples: samples, finishes: finishes, offsets: ours.offsets, logProbs: logProbs,
    refLogProbs: refLogProbs, kl: kl,
    values: ours.targets.isEmpty ? .zeros([0]) : valueHead(ours.hidden, recording: false))
}
