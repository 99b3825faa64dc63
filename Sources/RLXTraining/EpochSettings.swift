/// Settings of trainers that go over rows of data in passes.
package protocol EpochSettings: OptimizedSettings {
  /// Rows that go through the model at once, ≥ 1.
  var batchSize: Int { get set }
  /// Batches whose gradients make one optimizer step, ≥ 1.
  var gradientAccumulationSteps: Int { get set }
  /// Passes over the rows where no steps are given, ≥ 1.
  var epochs: Int { get set }
  /// Optimizer steps of a run, ≥ 1; nil: by epochs. The learning rate's schedule goes over at least
  /// so many, so that a run in parts (`run(data, steps: 100)` again and again) follows one schedule.
  var maxSteps: Int? { get set }
}

extension EpochSettings {
  /// The table entries of these four; `rows` is what the rows are called.
  static func epochTable(_ rows: String) -> [Setting<Self>] {
    [
      .integer(
        "batch_size", \.batchSize, .upToMillion, aliases: ["per_device_train_batch_size"],
        usual: "8 to 128", unit: rows,
        "\(rows) that go through the model at once; an optimizer step sees "
          + "gradient_accumulation_steps times as many"),
      .integer(
        "gradient_accumulation_steps", \.gradientAccumulationSteps, .upToMillion,
        usual: "1; more where memory is short", unit: "batches",
        "batches whose gradients are added up before the optimizer steps"),
      .integer(
        "epochs", \.epochs, .upToMillion, aliases: ["num_train_epochs"], usual: "1 to 3",
        unit: "passes",
        "passes over the \(rows) where no steps are given"),
      .optionalInteger(
        "max_steps", \.maxSteps, .atLeast(1), usual: "100 to 10000", unit: "steps",
        "optimizer steps of a run, and the least its schedule goes over; nil: by epochs"),
    ]
  }

  /// Rows an optimizer step sees; the last of a pass may see fewer.
  var rowsPerStep: Int { batchSize * gradientAccumulationSteps }

  /// How many optimizer steps a run over `rows` rows has: those asked for, else by the epochs asked
  /// for, else by these settings. The last batch of a pass may be smaller.
  package func stepCount(rows: Int, steps: Int? = nil, epochs: Int? = nil) -> Int {
    let perEpoch = (rows + rowsPerStep - 1) / rowsPerStep
    func passes(_ count: Int) -> Int {
      let (product, overflows) = max(0, count).multipliedReportingOverflow(by: perEpoch)
      return overflows ? .max : product
    }
    return max(0, steps ?? epochs.map(passes) ?? maxSteps ?? passes(self.epochs))
  }
}

extension SettingRange {
  /// Counts of rows and passes: enough for anything, and no product of them overflows.
  static let upToMillion = SettingRange.within(1, 1e6)
}
