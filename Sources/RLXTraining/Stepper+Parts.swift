import RLXTensor

extension Stepper {
  /// One optimizer step on the gradient of a mean over rows, which go through the model in `parts`
  /// groups of about the same number: gradient accumulation. Only one group's graph is ever in memory.
  ///
  /// `weight` is what a row counts in the mean: 1, or the number of its trained tokens. `loss` gives a
  /// group's own mean, a scalar, and is told the group's share of all weight; the step's loss is
  /// Σ share · loss, that of one large batch but for the rounding of its sums (transformers since
  /// 4.46; before, groups counted alike however few tokens they had).
  ///
  /// Whatever throws, `report` between two groups among it, leaves no gradients and nothing changed.
  func step<Row>(
    _ rows: [Row], parts: Int, learningRate: Double, weight: (Row) -> Int = { _ in 1 },
    report: Report = silent, loss: (_ part: [Row], _ share: Double) throws -> Tensor
  ) throws -> (loss: Double, gradientNorm: Double) {
    let groups = chunks(rows, of: (rows.count + parts - 1) / parts)
    let whole = Double(rows.reduce(0) { $0 + weight($1) })
    var total = 0.0
    try begin()
    do {
      for (place, group) in groups.enumerated() {
        if place > 0 {
          try report(TrainProgress(phase: "accumulate", done: place, total: groups.count))
        }
        let share = Double(group.reduce(0) { $0 + weight($1) }) / whole
        let value = try loss(group, share)
        try backward(value, scale: Float(share))
        total += share * Double(value.item)
      }
    } catch {
      optimizer.zeroGradients()
      throw error
    }
    return (total, try step(learningRate: learningRate))
  }
}

/// Means of measurements over groups of rows that do not all weigh the same.
struct WeightedMeans {
  /// Σ weight · value of each name, in the order of the first group.
  private(set) var means: Metrics = []

  /// Adds a group whose weight is this share of all.
  mutating func add(_ metrics: Metrics, weight: Double) {
    guard !means.isEmpty else {
      means = metrics.map { ($0.name, weight * $0.value) }
      return
    }
    for index in means.indices { means[index].value += weight * metrics[index].value }
  }
}
