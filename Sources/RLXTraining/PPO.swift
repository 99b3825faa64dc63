import RLXModels
import RLXTensor

/// Proximal policy optimisation of a language model against a reward, in four stages.
///
/// rollout: sample answers; measure them under policy, reference and value head.
/// score: ask the reward.   advantages: KL term, rewards per token, GAE, whitening.
/// update: some passes of clipped policy and value losses; then the KL controller.
///
/// The algorithm, its defaults and its statistics are those of TRL 0.11.4's `PPOTrainer.step`
/// (profile `trl011`). Departures, all deliberate: rows are packed, so no number ever sees padding;
/// the value head has no dropout (TRL's is off in effect, its forward pass being in eval mode);
/// log-probabilities are taken at the sampling temperature (TRL: 1, the default here); the last
/// mini-batch may be smaller; whitened rewards stay where there are tokens (TRL's mean, added back
/// everywhere, leaks from padding into the advantages of shorter answers); an answer without tokens takes part in the means over answers and in
/// nothing else; deviations of a single number are 0 instead of NaN.
package final class PPO {
  package let policy: LanguageModel
  package let reference: LanguageModel
  package let reward: (any Reward)?
  package let settings: Settings
  /// The estimate of the return, read from the policy's own hidden states.
  package let valueHead: ValueHead
  package internal(set) var klController: KLController
  package internal(set) var scoreMoments = RunningMoments()
  package internal(set) var log = TrainLog(aliases: PPO.aliases)
  package internal(set) var draws: TrainerDraws
  package internal(set) var passes = Passes()
  let stepper: Stepper

  /// A trainer of `policy`. Without a reference it takes a frozen copy of the policy as it is now;
  /// without a reward only `step(queries:responses:scores:)` and given scores work.
  package init(
    policy: LanguageModel, reward: (any Reward)? = nil, reference: LanguageModel? = nil,
    settings: Settings = Settings(), draws: TrainerDraws
  ) throws {
    try settings.check()
    var draws = draws
    let head = ValueHead(
      width: policy.config.width, kind: .torchLinear, draw: draws.next(.initial))
    stepper = try Stepper(
      trainer: Settings.trainer, model: policy.name, parameters: policy.parameters,
      others: [("v_head.weight", head.weight), ("v_head.bias", head.bias)],
      settings: settings.optimizer)
    self.reference = try referenceModel(reference, for: policy, trainer: Settings.trainer)
    self.policy = policy
    self.reward = reward
    self.settings = settings
    self.draws = draws
    valueHead = head
    klController = KLController(
      value: settings.klCoef, adaptive: settings.adapKlCtrl, target: settings.target,
      horizon: settings.horizon)
  }

  /// Stage 1: one answer to each prompt, with its log-probabilities, KL and values.
  package func rollout(_ prompts: [Prompt], report: Report = silent) throws -> PPOBatch {
    try requirePrompts(prompts)
    let draw = draws.next(.sample)
    let (samples, finishes) = try sampleAnswers(
      policy, prompts, settings: settings.generation, draw: draw, report: report)
    return try measure(samples, finishes: finishes)
  }

  /// Stage 1 with answers somebody else made; `texts` are decoded from the ids where not given.
  package func rollout(
    queries: [[Int32]], responses: [[Int32]], texts: [(prompt: String, response: String)]? = nil
  ) throws -> PPOBatch {
    guard queries.count == responses.count else {
      throw lengths("queries", queries.count, "responses", responses.count)
    }
    let samples = zip(queries, responses).enumerated().map { row, pair in
      Sample(
        prompt: texts?[row].prompt ?? policy.tokenizer.decode(pair.0),
        response: texts?[row].response
          ?? policy.tokenizer.decodeContinuation(prompt: pair.0, pair.1),
        promptTokens: pair.0, responseTokens: pair.1)
    }
    try requirePrompts(samples.map { Prompt(text: $0.prompt, tokens: $0.promptTokens) })
    return try measure(
      samples, finishes: [Completion.Finish?](repeating: nil, count: samples.count))
  }

  /// Stage 2: the reward's scores, or those given; then scaling and clipping if asked for.
  package func score(_ batch: PPOBatch, scores given: [Double]? = nil) throws {
    try batch.require(.rolledOut, for: "score")
    let scores: [Double]
    if let given {
      scores = given
    } else {
      guard let reward else { throw TrainingError.noReward }
      scores = try reward.scores(batch.samples)
    }
    guard scores.count == batch.count else {
      throw lengths("answers", batch.count, "scores", scores.count)
    }
    if let bad = scores.first(where: { !Float($0).isFinite }) {
      throw TrainingError.notFinite(
        trainer: Settings.trainer, tensor: "scores", step: stepper.steps + 1, found: "\(bad)")
    }
    batch.rawScores = scores
    batch.scores = processedScores(
      scores, scaling: settings.useScoreScaling, norm: settings.useScoreNorm,
      clip: settings.scoreClip, moments: &scoreMoments)
    batch.stage = .scored
  }

  /// Stage 3: rewards per token, advantages (whitened) and returns.
  package func advantages(_ batch: PPOBatch) throws {
    try batch.require(.scored, for: "advantages")
    let shape: Shape = [batch.tokenCount]
    let (rewards, nonScore) = tokenRewards(
      kl: batch.kl.array, scores: batch.scores ?? [], offsets: batch.offsets,
      klCoef: klController.value)
    let used = settings.whitenRewards ? whiten(rewards, shiftMean: false) : rewards
    let (advantages, returns) = generalizedAdvantages(
      rewards: used, values: batch.values.array, offsets: batch.offsets,
      gamma: Float(settings.gamma), lambda: Float(settings.lam))
    batch.klCoef = klController.value
    batch.nonScoreRewards = Tensor(nonScore, shape)
    batch.rewards = Tensor(rewards, shape)
    batch.advantages = Tensor(whiten(advantages), shape)
    batch.returns = Tensor(returns, shape)
    batch.stage = .advantaged
  }

  /// Stage 4: the optimizer steps, the KL controller, and an entry in the log.
  ///
  /// `orders` are the orders of the rows, one a pass, where they are not to be drawn.
  @discardableResult
  package func update(
    _ batch: PPOBatch, orders: [[Int]]? = nil, report: Report = silent
  ) throws -> PPOStep {
    try batch.require(.advantaged, for: "update")
    let passes = try optimize(batch, orders: orders, report: report)
    let step = PPOStep(batch, passes: passes, learningRate: settings.optimizer.learningRate)
    klController.update(kl: step.kl, count: batch.count)
    log.append(step.metrics)
    batch.stage = .updated
    try report(
      TrainProgress(phase: "step", done: log.count, total: log.count, metrics: step.metrics))
    return step
  }

  /// All four stages.
  @discardableResult
  package func step(_ prompts: [Prompt], report: Report = silent) throws -> PPOStep {
    let batch = try rollout(prompts, report: report)
    try score(batch)
    return try finish(batch, report: report)
  }

  /// The classic step: answers and scores from elsewhere.
  @discardableResult
  package func step(
    queries: [[Int32]], responses: [[Int32]], scores: [Double],
    texts: [(prompt: String, response: String)]? = nil, report: Report = silent
  ) throws -> PPOStep {
    guard responses.count == scores.count else {
      throw lengths("responses", responses.count, "scores", scores.count)
    }
    let batch = try rollout(queries: queries, responses: responses, texts: texts)
    try score(batch, scores: scores)
    return try finish(batch, report: report)
  }

  /// `steps` steps over the prompts in seeded passes, wrapping round.
  @discardableResult
  package func run(_ prompts: [Prompt], steps: Int, report: Report = silent) throws -> [PPOStep] {
    try requirePrompts(prompts)
    let size = settings.batchSize ?? min(prompts.count, Settings.largestDefaultBatch)
    return try (0..<max(0, steps)).map { _ in
      let rows = passes.wrapping(size, of: prompts.count, draws: &draws)
      return try step(rows.map { prompts[$0] }, report: report)
    }
  }

  private func finish(_ batch: PPOBatch, report: Report) throws -> PPOStep {
    try advantages(batch)
    return try update(batch, report: report)
  }

  private func measure(_ samples: [Sample], finishes: [Completion.Finish?]) throws -> PPOBatch {
    let batch = try measured(
      samples, finishes: finishes, policy: policy, reference: reference, valueHead: valueHead,
      settings: settings)
    for (name, tensor) in batch.named { try stepper.check(tensor, name) }
    return batch
  }

  private func requirePrompts(_ prompts: [Prompt]) throws(TrainingError) {
    guard !prompts.isEmpty else {
      throw .nothing(
        trainer: Settings.trainer, what: "prompts", remedy: "ppo.step([\"Once upon a time\"])")
    }
    if let row = prompts.firstIndex(where: \.tokens.isEmpty) {
      throw .emptyRow(trainer: Settings.trainer, what: "prompt", row: row)
    }
  }

  private func lengths(_ a: String, _ m: Int, _ b: String, _ n: Int) -> TrainingError {
    .lengths(trainer: Settings.trainer, first: a, firstCount: m, second: b, secondCount: n)
  }
}

extension PPO.Settings {
  /// What `run` takes at most where batch_size is not said: TRL's default batch.
  static let largestDefaultBatch = 128
}
