import RLXModels
import RLXTensor

extension PPO {
  /// The same on answers to prompts, which are drawn anew; the trainer's own draws go on as if not.
  package func check(_ prompts: [Prompt], report: Report = silent) throws -> [Invariant] {
    let before = draws
    defer { draws = before }
    return try check(try rollout(prompts, report: report))
  }

  /// The invariants that need passes of their own, on a batch just rolled out; nothing is changed.
  ///
  /// padding: an answer alone gives what it gives in the batch. dropout: two passes give the same bits.
  /// gradient: the loss falls along its gradient as the gradient says (a central difference).
  /// reference and reward: frozen, they record nothing.
  package func check(_ batch: PPOBatch) throws -> [Invariant] {
    let pairs = batch.samples.map { (prompt: $0.promptTokens, response: $0.responseTokens) }
    let temperature = settings.logProbTemperature
    func logProbs(_ pairs: [TokenPair]) throws -> [Double] {
      try ResponsePass(policy, pairs, temperature: temperature, recording: false).logProbs
        .array.map(Double.init)
    }
    let together = try logProbs(pairs)
    let alone = try pairs.flatMap { try logProbs([$0]) }
    let again = try logProbs(pairs)
    let entropy = try klEstimate(batch)
    return [
      Invariant(
        "padding", "log π of an answer alone = log π of it in the batch", left: alone,
        right: together, tolerance: logProbTolerance, place: { "token \($0) of the batch" },
        remedy: "a model whose positions or masks depend on the other rows"),
      Invariant(
        "dropout", "log π of one pass = log π of the next, to the bit", left: together,
        right: again,
        tolerance: 0, place: { "token \($0) of the batch" },
        remedy: "something random, or a sum whose order depends on threads, in the forward pass"),
      entropy,
      try gradient(pairs),
    ]
  }

  /// KL(π‖π_ref) of each token, exact, is never negative.
  private func klEstimate(_ batch: PPOBatch) throws -> Invariant {
    let pairs = batch.samples.map { (prompt: $0.promptTokens, response: $0.responseTokens) }
    func logits(_ model: LanguageModel) throws -> Tensor {
      model.family.head(try model.forward(pairs, recording: false).hidden, recording: false)
    }
    let exact =
      batch.tokenCount == 0
      ? []
      : fullKL(
        try logits(policy), try logits(reference), temperature: settings.logProbTemperature
      ).array.map(Double.init)
    return Invariant(
      "kl", "Σ_v π(v) (log π(v) − log π_ref(v)) ≥ 0", left: exact.map { min(0, $0) },
      right: exact.map { _ in 0 }, tolerance: Self.sumTolerance,
      place: { "token \($0) of the batch" }, remedy: "policy and reference with other vocabularies")
  }

  /// Steps of a weight below 2⁻⁹ of itself do nothing to its bf16 until it tips over: slopes of such
  /// losses are right on average only.
  private var slopeTolerance: Double { policy.config.dtype == .float32 ? 0.002 : 0.2 }

  /// (L(θ + hg) − L(θ − hg)) / 2h = |g|² for the mean log-probability L and its gradient g, along g
  /// scaled to length 1: what the engine differentiates is what it computes.
  private func gradient(_ pairs: [TokenPair]) throws -> Invariant {
    let parameters = policy.parameters.filter { !$0.isFrozen }
    let before = parameters.map { ($0.value, $0.gradient) }
    defer {
      for (parameter, (value, gradient)) in zip(parameters, before) {
        parameter.value = value
        parameter.gradient = gradient
      }
    }
    func logProbs(recording: Bool) throws -> Tensor {
      try ResponsePass(
        policy, pairs, temperature: settings.logProbTemperature, recording: recording
      ).logProbs
    }
    for parameter in parameters { parameter.gradient = nil }
    try logProbs(recording: true).mean().backward()
    let gradients = parameters.map { $0.gradient }
    let norm = gradients.reduce(0.0) { $0 + ($1.map { Double(($0 * $0).sum().item) } ?? 0) }
      .squareRoot()
    func moved(_ step: Double) throws -> Double {
      for (index, parameter) in parameters.enumerated() {
        guard let gradient = gradients[index] else { continue }
        parameter.value = before[index].0 + gradient * Float(step / max(norm, 1e-30))
      }
      return RLXTraining.mean(try logProbs(recording: false).array)
    }
    func slope(_ h: Double) throws -> Double { try (moved(h) - moved(-h)) / (2 * h) }
    // Steps that change L by a few hundredths: far above rounding. Of what the curve is besides a line
    // two steps together leave only the fourth power (Richardson).
    let h = 0.02 / max(norm, 2)
    let found = norm == 0 ? 0 : try (4 * slope(h / 2) - slope(h)) / 3
    return Invariant(
      "gradient", "(L(θ + h g/|g|) − L(θ − h g/|g|)) / 2h = |g|, L the mean log-probability",
      left: [found], right: [norm], tolerance: slopeTolerance, place: { _ in "the policy" },
      remedy: "an operation with a wrong gradient")
  }
}
