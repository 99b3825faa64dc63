import RLXTensor

/// A reward model one can read: a network of two layers on a few numbers counted in the answer.
///
/// r = w₂ · tanh(W₁ z + b₁), where z are the features, each less its mean over the answers of the first
/// fit and over their deviation. W₁ starts at N(0, 1/√F), w₂ at N(0, 1/√(H + 1)), b₁ at 0.
package final class FeatureModel: PreferenceTrainer {
  /// What it reads, in order: F of them.
  package let features: [TextFeature]
  package var settings: RewardModel.Settings
  package var log = TrainLog()
  package var tokensSeen = 0
  package var flops = 0.0
  package var draws: TrainerDraws
  package var passes = Passes()
  package var normalization: ScoreNormalization?
  /// Mean and deviation of each feature, from the first fit on.
  package internal(set) var scales: [(mean: Double, deviation: Double)] = []
  private let weight: Parameter  // [H, F]
  private let bias: Parameter  // [H]
  private let score: Parameter  // [1, H]
  private var stepper: Stepper?

  package init(_ features: [TextFeature], hidden H: Int, draws: TrainerDraws) {
    var draws = draws
    let F = features.count
    weight = Parameter(
      "hidden.weight",
      Tensor.randn([H, F], draw: draws.next(.initial)) * (1 / Float(F).squareRoot()))
    bias = Parameter("hidden.bias", .zeros([H]))
    score = Parameter(
      "score.weight",
      Tensor.randn([1, H], draw: draws.next(.initial)) * (1 / Float(H + 1).squareRoot()))
    self.features = features
    self.draws = draws
    settings = Self.defaults
  }

  /// As of a reward model, but for the learning rate: two layers learn with larger steps.
  package static var defaults: RewardModel.Settings {
    var settings = RewardModel.Settings()
    settings.optimizer.learningRate = 0.01
    return settings
  }

  package var hidden: Int { bias.value.count }
  package var parameters: [Parameter] { [weight, bias, score] }

  /// The features of an answer, in order.
  package func read(_ answer: String) -> [Double] { features.map { $0(answer) } }

  package func length(_ answer: [Double]) -> Int { 0 }

  /// Two for each weight, forward, and twice that backward.
  package func trainingOperations(_ answers: [[Double]]) -> Double {
    Double(6 * answers.count * parameters.reduce(0) { $0 + $1.value.count })
  }

  package func scores(_ answers: [[Double]], recording: Bool) throws -> Tensor {
    let F = features.count
    var z = Tensor(answers.flatMap { $0.map { Float($0) } }, [answers.count, F])
    if !scales.isEmpty {
      z =
        (z - Tensor(scales.map { Float($0.mean) }, [F]))
        / Tensor(scales.map { Float($0.deviation) }, [F])
    }
    func used(_ parameter: Parameter) -> Tensor { recording ? parameter.tracked : parameter.value }
    let hidden = z.linear(used(weight), bias: used(bias)).tanh()  // [N, H]
    return hidden.linear(used(score)).reshape([answers.count])
  }

  /// Takes the scale of each feature from the answers of the first fit.
  package func measure(_ answers: [[Double]]) {
    guard scales.isEmpty, answers.count > 1 else { return }
    scales = features.indices.map { feature in
      let values = answers.map { $0[feature] }
      let deviation = standardDeviation(values)
      // A feature that varies by less than float32 tells says nothing: it stays near 0.
      return (mean(values), deviation > 1e-6 ? deviation : 1)
    }
  }

  package func prepared(_ settings: RewardModel.Settings) throws(TrainingError) -> Stepper {
    self.settings = settings
    if let stepper, stepper.continues(settings.optimizer) {
      stepper.settings = settings.optimizer
      return stepper
    }
    let fresh = try Stepper(
      trainer: "FeatureModel", model: "features", parameters: parameters,
      settings: settings.optimizer)
    stepper = fresh
    return fresh
  }
}

extension FeatureModel: StatefulTrainer {
  package var stateTensors: [(name: String, tensor: Tensor)] {
    stepper?.stateTensors ?? parameters.map { ($0.name, $0.value) }
  }
  package var plainSettings: [(name: String, value: SettingValue)] { settings.plain }
  package var changedSettings: [(name: String, value: SettingValue)] { settings.changed }

  package var counters: Metrics {
    [
      ("steps", Double(stepper?.steps ?? 0)), ("flops", flops),
      ("score_mean", normalization?.mean ?? 0),
      ("score_deviation", normalization?.deviation ?? 0),
    ]
      + scales.enumerated().flatMap {
        [("mean/\($0)", $1.mean), ("deviation/\($0)", $1.deviation)]
      }
  }

  package func releaseMoments() { stepper?.optimizer.releaseMoments() }

  /// A state without moments is one from before the first step: the optimizer goes.
  package func restore(_ state: TrainerState) throws(TrainingError) {
    settings = try RewardModel.Settings().applying(state.settings)
    if state.tensors.contains(where: { $0.name.hasPrefix(Stepper.firstMoment) }) {
      try prepared(settings).restore(state)
    } else {
      stepper = nil
      for (parameter, saved) in zip(parameters, state.tensors) { parameter.value = saved.tensor }
    }
    flops = state.counter("flops")
    normalization = ScoreNormalization(counters: state)
    let deviations = features.indices.map { state.counter("deviation/\($0)") }
    scales =
      deviations.contains(0)
      ? [] : features.indices.map { (state.counter("mean/\($0)"), deviations[$0]) }
    (draws, passes, log) = (state.draws, state.passes, state.log)
  }
}
