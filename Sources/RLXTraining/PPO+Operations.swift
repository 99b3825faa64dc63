import RLXModels

// What PPO adds to `num_tokens` and `flops`: sampling, the pass that measures the answers, the
// reference's, a value network's, and every pass of the update. A reward's own are not counted.

extension PPO {
  /// A step's tokens and the operations of its stages before the update.
  func count(_ batch: PPOBatch) {
    let pairs = batch.samples.map { (prompt: $0.promptTokens, response: $0.responseTokens) }
    tokensSeen += pairs.reduce(0) { $0 + $1.prompt.count + $1.response.count }
    let generated = zip(pairs, batch.finishes).filter { $0.1 != nil }.map(\.0)
    let ours = OperationCount(policy.config)
    flops +=
      ours.reading(generated) + ours.reading(pairs)
      + OperationCount(reference.config).reading(pairs) + valueStates(pairs)
  }

  /// A mini-batch's pass, forward and backward.
  func count(update pairs: [TokenPair]) {
    flops += OperationCount(policy.config).training(pairs) + 3 * valueStates(pairs)
    if settings.useKlLoss, settings.klPenalty == .full {
      flops += OperationCount(reference.config).reading(pairs)
    }
  }

  /// A value network's hidden states; 0 where the values are read from the policy's.
  private func valueStates(_ pairs: [TokenPair]) -> Double {
    guard let model = valueFunction.model else { return 0 }
    return OperationCount(model.config).states(pairs)
  }
}
