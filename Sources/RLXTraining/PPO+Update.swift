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
  func optimize(_ batch: PPOBatch, orders: [[Int]]?, report: Report) throws -> UpdatePasses {
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
          let outcome = try accumulate(part, share: 1 / Float(parts.count), into: &passes)
          for (i, token) in part.positions.enumerated() {
            ratio[token] = outcome.ratio[i]
            clipped[token] = outcome.clipped[i]
          }
        }
        if !parts.isEmpty { try stepper.step(learningRate: settings.optimizer.learningRate) }
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
  private func accumulate(_ part: MiniBatch, share: Float, into passes: inout UpdatePasses)
    throws -> (ratio: [Float], clipped: [Float])
  {
    let pass = try ResponsePass(policy, part.pairs, recording: true)
    let logProbs = pass.logProbs(temperature: settings.logProbTemperature)
    let values = valueHead(pass.hidden, recording: true)
    let policyLoss = PolicyLoss(
      new: logProbs, old: part.logProbs, advantages: part.advantages,
      cliprange: Float(settings.cliprange))
    let valueLoss = ValueLoss(
      new: values, old: part.values, returns: part.returns,
      cliprange: Float(settings.cliprangeValue))
    let loss = policyLoss.loss + valueLoss.loss * Float(settings.vfCoef)
    let ratio = policyLoss.ratio.array

    // TRL multiplies the losses of such a mini-batch by 0 and steps all the same: the gradient is
    // zero, but the optimizer's momentum still moves the weights.
    let averageRatio = mean(ratio)
    let skipped = averageRatio > settings.ratioThreshold
    if skipped {
      passes.warnings.append(
        .ratioAboveThreshold(averageRatio, threshold: settings.ratioThreshold))
      stepper.addZeroGradients()
    } else {
      try stepper.backward(loss, scale: share)
    }
    passes.statistics.append(
      part.statistics(
        policy: policyLoss, value: valueLoss, total: loss, entropy: pass.entropy,
        logProbs: logProbs.array, values: values.array, skipped: skipped))
    flops += OperationCount(policy.config).training(part.pairs)
    return (ratio, policyLoss.clipped.array)
  }
}

/// Some rows of a batch, packed anew.
struct MiniBatch {
  let pairs: [TokenPair]
  /// Where each token stands in the whole batch.
  let positions: [Int]
  let logProbs: Tensor
  let values: Tensor
  let advantages: Tensor
  let returns: Tensor

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
    values = gather(batch.values)
    advantages = gather(batch.advantages)
    returns = gather(batch.returns)
  }
}

/// Consecutive pieces of `size`, the last as long as what is left.
func chunks<Element>(_ list: [Element], of size: Int) -> [[Element]] {
  stride(from: 0, to: list.count, by: max(1, size)).map {
    Array(list[$0..<min($0 + size, list.count)])
  }
}
