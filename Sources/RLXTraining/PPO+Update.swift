import RLXModels
import RLXTensor

extension PPO {
  /// The passes of one update: every mini-batch's numbers, and what was left out.
  struct UpdatePasses {
    /// One entry a mini-batch, all with the same names.
    var statistics: [Metrics] = []
    var warnings: [TrainWarning] = []
  }

  /// Some passes over the batch in shuffled mini-batches; one optimizer step each, or one in
  /// gradient_accumulation_steps. Leaves the last pass's ratios in the batch.
  func optimize(
    _ batch: PPOBatch, learningRate: Double, orders: [[Int]]?, ptxRows: [[Int]]?, report: Report
  ) throws -> UpdatePasses {
    var passes = UpdatePasses()
    var ratio = [Float](repeating: 1, count: batch.tokenCount)
    var clipped = [Float](repeating: 0, count: batch.tokenCount)
    let size = min(settings.miniBatchSize ?? settings.batchSize ?? batch.count, batch.count)
    let groupSize = size * settings.gradientAccumulationSteps
    let total = settings.ppoEpochs * ((batch.count + groupSize - 1) / groupSize)
    var done = 0
    for epoch in 0..<settings.ppoEpochs where batch.tokenCount > 0 {
      let order = orders?[epoch] ?? draws.next(.shuffle).permutation(batch.count)
      for group in chunks(order, of: groupSize) {
        let parts = chunks(group, of: size).map { MiniBatch(batch, rows: $0) }
          .filter { !$0.positions.isEmpty }
        try stepper.begin()
        for part in parts {
          let outcome = try accumulate(
            part, share: 1 / Float(parts.count), ptxRows: ptxRows?[passes.statistics.count],
            into: &passes)
          if passes.statistics.count == 1 { try checkFirstRatio(outcome.ratio) }
          for (i, token) in part.positions.enumerated() {
            ratio[token] = outcome.ratio[i]
            clipped[token] = outcome.clipped[i]
          }
        }
        if !parts.isEmpty { try stepper.step(learningRate: learningRate) }
        done += 1
        try report(TrainProgress(phase: "update", done: done, total: total))
      }
      if settings.earlyStopping, let moved = passes.statistics.last?.value("policy/policykl"),
        moved > 1.5 * settings.targetKl
      {
        break
      }
    }
    batch.ratio = Tensor(ratio, [batch.tokenCount])
    batch.clipped = Tensor(clipped, [batch.tokenCount])
    return passes
  }

  /// Adds a mini-batch's gradient, times `share`, to the parameters'.
  private func accumulate(
    _ part: MiniBatch, share: Float, ptxRows: [Int]?, into passes: inout UpdatePasses
  ) throws -> (ratio: [Float], clipped: [Float]) {
    let readsEnds = part.ends != nil
    let pass = try ResponsePass(
      policy, part.pairs, temperature: settings.logProbTemperature, recording: true,
      readingEnds: readsEnds, keepingLogits: needsLogits)
    let logProbs = pass.logProbs
    let values = try valueFunction(pass, part.pairs, recording: true, readingEnds: readsEnds)
    let policyLoss = PolicyLoss(
      new: logProbs, old: part.logProbs, advantages: part.advantages,
      cliprange: Float(settings.cliprange))
    let valueLoss = part.valueLoss(values, cliprange: settings.cliprangeValue)
    let (loss, extra) = try withExtras(
      policyLoss.loss + valueLoss.loss * Float(settings.vfCoef), part, pass, logProbs, ptxRows)
    let ratio = policyLoss.ratio.array
    if !loss.isFinite {
      // The loss is what is looked at first; which of its parts went wrong says more.
      let parts = [
        ("logprobs", logProbs), ("values", values.tokens), ("ratio", policyLoss.ratio),
        ("value loss", valueLoss.loss),
      ]
      for (name, tensor) in parts { try stepper.check(tensor, name) }
    }

    // TRL multiplies the losses of such a mini-batch by 0 and steps all the same: the gradient is
    // zero, but the optimizer's momentum still moves the weights.
    let averageRatio = mean(ratio)
    let limit = settings.ratioThreshold ?? .infinity
    let skipped = averageRatio > limit
    if skipped {
      passes.warnings.append(.ratioAboveThreshold(averageRatio, threshold: limit))
      stepper.addZeroGradients()
    } else {
      try stepper.backward(loss, scale: share)
    }
    passes.statistics.append(
      part.statistics(
        policy: policyLoss, value: valueLoss, total: loss,
        entropy: pass.entropy,
        logProbs: logProbs.array, values: values.tokens.array, skipped: skipped) + extra)
    count(update: part.pairs)
    return (ratio, policyLoss.clipped.array)
  }
}

extension PPO {
  /// Whether the loss has a term over the whole vocabulary.
  private var needsLogits: Bool {
    settings.entropyCoef > 0 || (settings.useKlLoss && settings.klPenalty == .full)
  }

  /// The loss with the terms that are asked for, and what those measured: the KL term, the entropy
  /// bonus, and the pretraining loss of as many texts as the mini-batch has answers.
  private func withExtras(
    _ loss: Tensor, _ part: MiniBatch, _ pass: ResponsePass, _ logProbs: Tensor, _ ptxRows: [Int]?
  ) throws -> (Tensor, Metrics) {
    var loss = loss
    var metrics: Metrics = []
    if settings.useKlLoss {
      let temperature = settings.logProbTemperature
      var kl = settings.klPenalty.perToken(logProbs, part.refLogProbs)
      if settings.klPenalty == .full, let logits = pass.logits {
        let theirs = try reference.forward(part.pairs, recording: false).hidden
        kl = fullKL(
          logits, reference.family.head(theirs, recording: false), temperature: temperature)
      }
      loss = loss + kl.mean() * Float(klController.value)
      metrics.append(("loss/kl", mean(kl.array)))
    }
    if settings.entropyCoef > 0, let logits = pass.logits {
      let entropy = meanEntropy(logits, temperature: settings.logProbTemperature)
      loss = loss - entropy * Float(settings.entropyCoef)
      metrics.append(("loss/entropy", Double(entropy.item)))
    }
    if settings.ptxCoef > 0 {
      let rows = ptxRows ?? ptxPasses.wrapping(part.pairs.count, of: ptx.count, draws: &draws)
      let texts = rows.map { (prompt: [ptx[$0][0]], response: Array(ptx[$0].dropFirst())) }
      let nll = negativeLogLikelihood(try policy.logProbs(texts, recording: true).values)
      loss = loss + nll * Float(settings.ptxCoef)
      metrics.append(("loss/ptx", Double(nll.item)))
      flops += OperationCount(policy.config).training(texts)
    }
    return (loss, metrics)
  }
}

/// Some rows of a batch, packed anew.
struct MiniBatch {
  let pairs: [TokenPair]
  /// Where each token stands in the whole batch.
  let positions: [Int]
  let logProbs: Tensor
  let refLogProbs: Tensor
  let values: Tensor
  let advantages: Tensor
  let returns: Tensor
  /// Of the places after the end, where the batch has such: their place among the answers here that
  /// have tokens, with old values and returns.
  let ends: (places: [Int], values: Tensor, returns: Tensor)?

  /// The rows are taken in the batch's order: a mean does not care, and a mini-batch that is the
  /// whole batch then repeats the rollout's arithmetic bit for bit, so that its first ratio is 1.
  init(_ batch: PPOBatch, rows: [Int]) {
    let rows = rows.sorted()
    let ranges = batch.rows
    let positions = rows.flatMap { Array(ranges[$0]) }
    func gather(_ tensor: Tensor?) -> Tensor {
      let all = tensor?.array ?? []
      return Tensor(positions.map { all[$0] }, [positions.count])
    }
    self.positions = positions
    pairs = rows.map { (batch.samples[$0].promptTokens, batch.samples[$0].responseTokens) }
    logProbs = gather(batch.logProbs)
    refLogProbs = gather(batch.refLogProbs)
    values = gather(batch.values)
    advantages = gather(batch.advantages)
    returns = gather(batch.returns)
    let spoken = rows.filter { !ranges[$0].isEmpty }
    ends = batch.ends.map { all in
      let found = spoken.indices.compactMap { place in
        all.rows.firstIndex(of: spoken[place]).map { (place: place, end: $0) }
      }
      let places = found.map(\.end)
      return (
        found.map(\.place), all.values.rows(places), (all.returns ?? all.values).rows(places)
      )
    }
  }

  /// PPO's value loss of these rows, over their tokens and the places after their ends.
  func valueLoss(_ new: (tokens: Tensor, ends: Tensor?), cliprange: Double?) -> ValueLoss {
    guard let ends, let newEnds = new.ends, !ends.places.isEmpty else {
      return ValueLoss(new: new.tokens, old: values, returns: returns, cliprange: cliprange)
    }
    return ValueLoss(
      new: .concat([new.tokens, newEnds.rows(ends.places)], axis: 0),
      old: .concat([values, ends.values], axis: 0),
      returns: .concat([returns, ends.returns], axis: 0), cliprange: cliprange)
  }
}

/// Consecutive pieces of `size`, the last as long as what is left.
func chunks<Element>(_ list: [Element], of size: Int) -> [[Element]] {
  stride(from: 0, to: list.count, by: max(1, size)).map {
    Array(list[$0..<min($0 + size, list.count)])
  }
}
