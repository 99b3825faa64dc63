import RLXModels
import RLXTensor

/// Proximal policy optimisation of a language model against a reward, in four stages.
///
/// rollout: sample answers; measure them under policy, reference and value head.
/// score: ask the reward.   advantages: KL term, rewards per token, GAE, whitening.
/// update: some passes of clipped policy and value losses; then the KL controller.
///
/// The algorithm and its statistics are those of TRL 0.11.4's `PPOTrainer.step` (profile `trl011`);
/// every detail in which other implementations differ is a setting, and profiles name whole sets.
/// Departures, all deliberate: rows are packed, so no number ever sees padding;
/// the value head has no dropout (TRL's is off in effect, its forward pass being in eval mode);
/// the last mini-batch may be smaller; whitened rewards stay where there are tokens (TRL's mean, added back
/// everywhere, leaks from padding into the advantages of shorter answers); an answer without tokens takes part in the means over answers and in
/// nothing else; deviations of a single number are 0 instead of NaN.
package final class PPO {
  package let policy: LanguageModel
  package let reference: LanguageModel
  package let reward: (any Reward)?
  package let settings: Settings
  package let valueFunction: ValueFunction
  /// Texts whose likelihood is kept up beside the reward (PPO-ptx), as ids.
  package let ptx: [[Int32]]
  package internal(set) var klController: KLController
  package internal(set) var scoreMoments = RunningMoments()
  package internal(set) var log = TrainLog(aliases: PPO.aliases)
  package internal(set) var tokensSeen = 0
  /// Floating-point operations of training so far, as `OperationCount` counts them.
  package internal(set) var flops = 0.0
  package internal(set) var draws: TrainerDraws
  package internal(set) var passes = Passes()
  /// The place in the ptx texts.
  package internal(set) var ptxPasses = Passes()
  /// Counts updates, for the age of batches.
  let clock = UpdateClock()
  /// Steps the learning rate's schedule is made for, while `run` runs.
  private var planned: Int?
  let stepper: Stepper

  /// A trainer of `policy`. Without a reference it takes a frozen copy of the policy as it is now;
  /// without a reward only `step(queries:responses:scores:)` and given scores work.
  package convenience init(
    policy: LanguageModel, reward: (any Reward)? = nil, reference: LanguageModel? = nil,
    ptx: [[Int32]] = [], settings: Settings = Settings(), draws: TrainerDraws
  ) throws {
    try self.init(
      policy: policy, reward: reward, reference: reference, ptx: ptx, valueFunction: nil,
      settings: settings, draws: draws)
  }

  /// The same with a value function that has been begun, of a checkpoint.
  init(
    policy: LanguageModel, reward: (any Reward)?, reference: LanguageModel?, ptx: [[Int32]],
    valueFunction begun: ValueFunction?, settings: Settings, draws: TrainerDraws
  ) throws {
    try settings.check()
    guard (settings.ptxCoef > 0) == !ptx.isEmpty else {
      throw TrainingError.conflict(
        trainer: Settings.trainer, names: ["ptx_coef", "ptx"],
        reason: ptx.isEmpty
          ? "a pretraining loss and no texts for it: say ptx, or ptx_coef: 0"
          : "texts for a pretraining loss of weight 0: say ptx_coef")
    }
    if let row = ptx.firstIndex(where: { $0.count < 2 }) {
      throw TrainingError.emptyRow(trainer: Settings.trainer, what: "ptx text", row: row)
    }
    var draws = draws
    valueFunction =
      try begun
      ?? ValueFunction(for: policy, reward: reward, settings: settings, draw: draws.next(.initial))
    if !settings.valueHeadBias { valueFunction.head.bias.isFrozen = true }
    stepper = try Stepper(
      trainer: Settings.trainer, model: policy.name, parameters: policy.parameters,
      others: valueFunction.parameters,
      models: [policy] + [valueFunction.model].compactMap { $0 }, settings: settings.optimizer)
    self.ptx = ptx
    self.reference = try referenceModel(reference, for: policy, trainer: Settings.trainer)
    self.policy = policy
    self.reward = reward
    self.settings = settings
    self.draws = draws
    klController = KLController(
      value: settings.klCoef, adaptive: settings.adapKlCtrl, target: settings.target,
      horizon: settings.horizon)
  }

  /// Stage 1: one answer to each prompt, with its log-probabilities, KL and values.
  package func rollout(_ prompts: [Prompt], report: Report = silent) throws -> PPOBatch {
    try requirePrompts(prompts)
    let limits =
      settings.maxTokens.isFixed
      ? nil : settings.maxTokens.limits(prompts.count, draw: draws.next(.sample))
    let draw = draws.next(.sample)
    let (samples, finishes, sampled) = try sampleAnswers(
      policy, prompts, settings: settings.generation, limits: limits, draw: draw, report: report)
    let batch = try measure(samples, finishes: finishes)
    try checkSampled(batch, sampled)
    return batch
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
    try requireRoom(
      samples.map { $0.promptTokens.count + $0.responseTokens.count }, longest: context,
      what: "prompt and response")
    return try measure(
      samples, finishes: [Completion.Finish?](repeating: nil, count: samples.count))
  }

  /// Stage 2: the reward's scores, or those given; then scaling and clipping if asked for.
  package func score(_ batch: PPOBatch, rewards given: [AnswerReward]? = nil) throws {
    try batch.require(.rolledOut, for: "score")
    let seen = batch.samples.indices.map { truncated(batch, row: $0) }
    let rewards: [AnswerReward]
    if let given {
      rewards = given
    } else {
      guard let reward else { throw TrainingError.noReward }
      rewards = try reward.rewards(seen.map(\.sample))
    }
    guard rewards.count == batch.count else {
      throw lengths("answers", batch.count, "scores", rewards.count)
    }
    let scores = rewards.map(\.total)
    if let bad = scores.first(where: { !Float($0).isFinite }) {
      throw TrainingError.notFinite(
        trainer: Settings.trainer, tensor: "scores", step: stepper.steps + 1, found: "\(bad)")
    }
    batch.tokenScores = try tokenScores(rewards, batch)
    batch.rawScores = scores
    batch.scores = processedScores(
      zip(scores, seen).map { endRule($0, ended: $1.ended) },
      scaling: settings.useScoreScaling, norm: settings.useScoreNorm,
      clip: settings.scoreClip, moments: &scoreMoments)
    batch.stage = .scored
  }

  /// Stage 3: rewards per token, advantages (whitened) and returns.
  package func advantages(_ batch: PPOBatch) throws {
    try batch.require(.scored, for: "advantages")
    let layout = RewardLayout(offsets: batch.offsets, ends: batch.ends?.rows ?? [])
    let beta = settings.useKlLoss ? 0 : klController.value
    let nonScore = batch.kl.array.map { -Float(beta) * $0 }
    let rewards = layout.rewards(
      nonScore: nonScore, tokens: batch.tokenScores?.array, scores: batch.scores ?? [])
    let used =
      settings.whitenRewards
      ? whiten(rewards, shiftMean: false, variance: settings.whiteningVariance) : rewards
    let (advantages, returns) = generalizedAdvantages(
      rewards: used, values: layout.woven(batch.values.array, batch.ends?.values.array ?? []),
      offsets: layout.offsets, gamma: Float(settings.gamma), lambda: Float(settings.lam))
    let raw = layout.parted(advantages).tokens
    let shape: Shape = [batch.tokenCount]
    batch.klCoef = klController.value
    batch.nonScoreRewards = Tensor(nonScore, shape)
    batch.rewards = Tensor(layout.parted(rewards).tokens, shape)
    batch.rawAdvantages = Tensor(raw, shape)
    batch.advantages = Tensor(
      settings.whitenAdvantages ? whiten(raw, variance: settings.whiteningVariance) : raw, shape)
    batch.returns = Tensor(layout.parted(returns).tokens, shape)
    let (rewardEnds, returnEnds) = (layout.parted(rewards).ends, layout.parted(returns).ends)
    batch.ends?.rewards = Tensor(rewardEnds, [rewardEnds.count])
    batch.ends?.returns = Tensor(returnEnds, [returnEnds.count])
    try checkRewards(batch, layout, used: used, advantages: advantages)
    try checkScale(
      rewards: rewards, used: used, raw: raw, advantages: batch.advantages?.array ?? [])
    batch.stage = .advantaged
  }

  /// Stage 4: the optimizer steps, the KL controller, and an entry in the log.
  ///
  /// `orders` are the orders of the rows, one a pass, where they are not to be drawn; `ptxRows` the
  /// texts of each mini-batch's pretraining loss.
  @discardableResult
  package func update(
    _ batch: PPOBatch, orders: [[Int]]? = nil, ptxRows: [[Int]]? = nil, report: Report = silent
  ) throws -> PPOStep {
    try batch.require(.advantaged, for: "update")
    guard batch.age == 0 else { throw TrainingError.stale(called: "update", age: batch.age) }
    let rate = try learningRate()
    let passes = try optimize(
      batch, learningRate: rate, orders: orders, ptxRows: ptxRows, report: report)
    clock.updates += 1
    count(batch)
    let step = PPOStep(
      batch, passes: passes, learningRate: rate, target: settings.target,
      endTokens: policy.stopTokens,
      counts: [("num_tokens", Double(tokensSeen)), ("flops", flops)],
      warnings: temperatureWarning(batch))
    klController.update(kl: step.kl, count: batch.count)
    log.append(step.metrics)
    batch.stage = .updated
    try report(
      TrainProgress(
        phase: "step", done: log.count, total: log.count, metrics: step.metrics,
        warnings: step.warnings))
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
    try score(batch, rewards: scores.map { .score($0) })
    return try finish(batch, report: report)
  }

  /// `steps` steps over the prompts in seeded passes, wrapping round.
  @discardableResult
  package func run(_ prompts: [Prompt], steps: Int, report: Report = silent) throws -> [PPOStep] {
    try requirePrompts(prompts)
    let size = settings.batchSize ?? min(prompts.count, Settings.largestDefaultBatch)
    planned = log.count + max(0, steps)
    defer { planned = nil }
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
    let batch = try measured(samples, finishes: finishes)
    for (name, tensor) in batch.named { try stepper.check(tensor, name) }
    return batch
  }

  /// The rate of the next step. A schedule that falls must know where it ends.
  private func learningRate() throws(TrainingError) -> Double {
    let total = settings.totalSteps ?? planned
    guard total != nil || !settings.optimizer.needsEnd else {
      throw .conflict(
        trainer: Settings.trainer, names: ["lr_scheduler_type", "total_steps"],
        reason: "a falling learning rate whose end is not known outside run: say total_steps, "
          + "or lr_scheduler_type: \"constant\"")
    }
    return settings.optimizer.learningRate(after: log.count, of: total ?? .max)
  }

  private func requirePrompts(_ prompts: [Prompt]) throws(TrainingError) {
    guard !prompts.isEmpty else {
      throw .nothing(
        trainer: Settings.trainer, what: "prompts", remedy: "ppo.step([\"Once upon a time\"])")
    }
    if let row = prompts.firstIndex(where: \.tokens.isEmpty) {
      throw .emptyRow(trainer: Settings.trainer, what: "prompt", row: row)
    }
    try requireRoom(prompts.map(\.tokens.count), longest: context - 1, what: "prompt")
  }

  private func requireRoom(
    _ lengths: [Int], longest: Int, what: String
  ) throws(TrainingError) {
    guard let row = lengths.firstIndex(where: { $0 > longest }) else { return }
    throw .tooLong(
      trainer: Settings.trainer, what: what, row: row, tokens: lengths[row], longest: longest)
  }

  /// The tokens that every model that reads answers can read at once.
  private var context: Int {
    [policy, reference, valueFunction.model].compactMap { $0?.config.context }.min() ?? 0
  }

  private func lengths(_ a: String, _ m: Int, _ b: String, _ n: Int) -> TrainingError {
    .lengths(trainer: Settings.trainer, first: a, firstCount: m, second: b, secondCount: n)
  }
}

extension PPO.Settings {
  /// What `run` takes at most where batch_size is not said: TRL's default batch.
  static let largestDefaultBatch = 128
}
