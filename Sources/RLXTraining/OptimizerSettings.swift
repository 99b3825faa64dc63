import RLXTensor

/// How the learning rate goes from step to step (names of Hugging Face's `lr_scheduler_type`).
package enum ScheduleKind: String, SettingChoice {
  case constant
  case constantWithWarmup = "constant_with_warmup"
  case linear, cosine
}

/// How bias correction meets ε. PyTorch: m̂ / (√v̂ + ε), Kingma and Ba's algorithm 1. TensorFlow:
/// their section 2's √(1 − β₂ᵗ)/(1 − β₁ᵗ) · m / (√v + ε), whose ε acts as a larger one in early steps
/// (N implementation details, detail 25: first steps of a sixth of the size).
package enum AdamForm: String, SettingChoice { case pytorch, tensorflow }

/// The optimizer's part of a trainer's settings: AdamW in PyTorch's form, names of Hugging Face.
package struct OptimizerSettings: Equatable, Sendable {
  /// Step size, ≥ 0.
  package var learningRate: Double
  /// Decay of the first moment, in [0, 1). PyTorch's 0.9.
  package var adamBeta1 = 0.9
  /// Decay of the second moment, in [0, 1). PyTorch's 0.999.
  package var adamBeta2 = 0.999
  /// Added to the root of the second moment, > 0. PyTorch's 1e-8.
  package var adamEpsilon = 1e-8
  /// Decoupled weight decay per step and unit of learning rate, ≥ 0.
  package var weightDecay = 0.0
  /// Largest norm of all gradients together, > 0; nil never clips. Transformers' 1.0.
  package var maxGradNorm: Double? = 1.0
  /// Constant here, linear in transformers: only a constant rate lets `run(4)` and then `run(6)`
  /// be `run(10)` without being told the 10.
  package var lrSchedulerType = ScheduleKind.constant
  /// Steps over which the rate rises from 0, ≥ 0.
  package var warmupSteps = 0
  /// The same as a share of all steps, in 0…1, where `warmupSteps` is 0.
  package var warmupRatio = 0.0

  /// Whether only each layer's input is kept for the gradient, and the rest computed again.
  package var gradientCheckpointing = false

  /// Which of the two published forms of Adam.
  package var adamForm = AdamForm.pytorch

  package init(learningRate: Double, maxGradNorm: Double? = 1.0) {
    self.learningRate = learningRate
    self.maxGradNorm = maxGradNorm
  }

  /// The engine's form of these. Biases and norms do not decay, as in transformers' Trainer.
  var adamW: AdamW.Settings {
    AdamW.Settings(
      learningRate: Float(learningRate), beta1: adamBeta1, beta2: adamBeta2,
      eps: Float(adamEpsilon), weightDecay: Float(weightDecay), decaysVectors: false,
      correctsEps: adamForm == .tensorflow)
  }

  /// The learning rate of the step after `done` steps, of `total` planned ones.
  func learningRate(after done: Int, of total: Int) -> Double {
    let warmup = warmup(of: total)
    let schedule: Schedule =
      switch lrSchedulerType {
      case .constant: .constant
      case .constantWithWarmup: .constantWithWarmup(warmup: warmup)
      case .linear: .linear(warmup: warmup, total: total)
      case .cosine: .cosine(warmup: warmup, total: total)
      }
    return learningRate * Double(schedule.factor(at: done))
  }

  /// Whether the schedule cannot be followed without knowing how many steps there will be.
  var needsEnd: Bool {
    switch lrSchedulerType {
    case .constant: false
    case .constantWithWarmup: warmupSteps == 0 && warmupRatio > 0
    case .linear, .cosine: true
    }
  }

  /// The steps of the warmup in a run of `total`: transformers rounds a share up.
  private func warmup(of total: Int) -> Int {
    guard warmupSteps == 0, warmupRatio > 0 else { return warmupSteps }
    return Int((Double(total) * warmupRatio).rounded(.up))
  }
}

/// Settings that hold an optimizer's.
package protocol OptimizedSettings: TrainerSettings {
  var optimizer: OptimizerSettings { get set }
}

extension OptimizedSettings {
  /// The table entries every trainer with an optimizer has. What is usual for the learning rate is
  /// the trainer's to say; the rest is Adam's.
  static func adamTable(usualRate: String) -> [Setting<Self>] {
    [
      .number(
        "learning_rate", \.optimizer.learningRate, .atLeast(0), aliases: ["lr"],
        usual: usualRate + "; tiny models take more", "step size"),
      .number(
        "adam_beta1", \.optimizer.adamBeta1, .halfOpen(0, 1), usual: "0.9",
        "decay of the first moment"),
      .number(
        "adam_beta2", \.optimizer.adamBeta2, .halfOpen(0, 1), usual: "0.95 to 0.999",
        "decay of the second moment"),
      .number(
        "adam_epsilon", \.optimizer.adamEpsilon, .above(0), aliases: ["adam_eps", "eps"],
        usual: "1e-8 to 1e-5", "added to the root of the second moment"),
      .number(
        "weight_decay", \.optimizer.weightDecay, .atLeast(0), usual: "0 to 0.1",
        "decoupled weight decay of matrices and tables; biases and norms have none"),
      .optionalNumber(
        "max_grad_norm", \.optimizer.maxGradNorm, .above(0), usual: "0.5 to 1",
        "largest norm of all gradients together; nil never clips"),
      .bool(
        "gradient_checkpointing", \.optimizer.gradientCheckpointing,
        usual: "false; true where memory is short",
        "whether activations within layers are computed again for the gradient instead of kept: "
          + "less memory, a third more work, the same bits"),
    ]
  }

  /// The entries of trainers whose learning rate has a schedule.
  static var scheduleTable: [Setting<Self>] {
    [
      .choice(
        "lr_scheduler_type", \.optimizer.lrSchedulerType, aliases: ["schedule"],
        usual: "\"cosine\" where the steps are planned",
        "how the learning rate goes over the run"),
      .integer(
        "warmup_steps", \.optimizer.warmupSteps, .within(0, 1e9), usual: "0 to 100",
        unit: "steps", "steps over which the learning rate rises from 0"),
      .number(
        "warmup_ratio", \.optimizer.warmupRatio, .within(0, 1), usual: "0 to 0.1",
        "the same as a share of all steps, where warmup_steps is 0"),
    ]
  }

  /// Throws `conflict` for a warmup said twice, or that the schedule would leave out.
  func checkSchedule() throws(TrainingError) {
    func conflict(_ names: [String], _ reason: String) -> TrainingError {
      .conflict(trainer: Self.trainer, names: names, reason: reason)
    }
    let (steps, ratio) = (optimizer.warmupSteps, optimizer.warmupRatio)
    if steps > 0 && ratio > 0 {
      throw conflict(
        ["warmup_steps", "warmup_ratio"], "\(steps) warmup steps and a warmup ratio of \(ratio)")
    }
    if optimizer.lrSchedulerType == .constant && (steps > 0 || ratio > 0) {
      throw conflict(
        ["lr_scheduler_type", steps > 0 ? "warmup_steps" : "warmup_ratio"],
        "a constant learning rate with a warmup (\"constant_with_warmup\" has one)")
    }
  }

  package func checkTogether() throws(TrainingError) { try checkSchedule() }
}
