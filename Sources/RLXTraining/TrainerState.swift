import RLXModels
import RLXTensor

/// Everything of a trainer that its steps change, as values.
///
/// Tensors share memory with the trainer until it steps on, so that taking a state costs nothing
/// but its list. What a checkpoint writes and what an undo puts back is this.
package struct TrainerState {
  /// Trained weights under their names, then the optimizer's moments as `m/NAME` and `v/NAME`.
  package var tensors: [(name: String, tensor: Tensor)]
  /// Counters and controllers.
  package var counters: Metrics
  package var draws: TrainerDraws
  package var passes: Passes
  /// The place in texts beside the data, of the trainers that have such.
  package var sidePasses = Passes()
  /// Those in force, which a reward model's next `fit` may change.
  package var settings: [(name: String, value: SettingValue)]
  package var log: TrainLog
}

/// A trainer whose whole state can be told, in an order that never changes, and put back.
package protocol StatefulTrainer: AnyObject {
  /// Trained weights under their names, then the optimizer's moments as `m/NAME` and `v/NAME`.
  var stateTensors: [(name: String, tensor: Tensor)] { get }
  var counters: Metrics { get }
  var draws: TrainerDraws { get }
  var passes: Passes { get }
  var sidePasses: Passes { get }
  var plainSettings: [(name: String, value: SettingValue)] { get }
  /// Those of the settings that are not at their default.
  var changedSettings: [(name: String, value: SettingValue)] { get }
  var log: TrainLog { get }
  /// Takes over a state of this trainer, or of one made with the same model and settings.
  ///
  /// Throws where the state needs an optimizer that cannot be made: of a model frozen since.
  func restore(_ state: TrainerState) throws(TrainingError)
  /// Lets go of the optimizer's moments, which a state must put back before the next step.
  func releaseMoments()
}

extension StatefulTrainer {
  package var state: TrainerState {
    TrainerState(
      tensors: stateTensors, counters: counters, draws: draws, passes: passes,
      sidePasses: sidePasses, settings: plainSettings, log: log)
  }

  /// Every number of the state: what a digest covers. A seed is two numbers of 32 bits each.
  package var stateNumbers: Metrics {
    counters + draws.stateNumbers + passes.stateNumbers
      + (sidePasses == Passes() ? [] : sidePasses.stateNumbers)
  }

  package var sidePasses: Passes { Passes() }
}

extension TrainerState {
  /// A counter, 0 where there is none of that name.
  func counter(_ name: String) -> Double { counters.value(name) ?? 0 }
  func count(_ name: String) -> Int { Int(counter(name)) }
}

extension PPO: StatefulTrainer {
  package var stateTensors: [(name: String, tensor: Tensor)] { stepper.stateTensors }
  package var plainSettings: [(name: String, value: SettingValue)] { settings.plain }
  package var changedSettings: [(name: String, value: SettingValue)] { settings.changed }

  package var counters: Metrics {
    [
      ("steps", Double(stepper.steps)), ("kl_coef", klController.value),
      ("score_mean", scoreMoments.mean), ("score_variance", scoreMoments.variance),
      ("score_deviation", scoreMoments.deviation), ("score_count", scoreMoments.count),
      ("num_tokens", Double(tokensSeen)), ("flops", flops),
      ("updates", Double(clock.updates)),
    ]
  }

  package var sidePasses: Passes { ptxPasses }

  package func releaseMoments() { stepper.optimizer.releaseMoments() }

  package func restore(_ state: TrainerState) {
    stepper.restore(state)
    klController.value = state.counter("kl_coef")
    scoreMoments.mean = state.counter("score_mean")
    scoreMoments.variance = state.counter("score_variance")
    scoreMoments.deviation = state.counter("score_deviation")
    scoreMoments.count = state.counter("score_count")
    (tokensSeen, flops) = (state.count("num_tokens"), state.counter("flops"))
    clock.updates = state.count("updates")
    (draws, passes, ptxPasses, log) = (state.draws, state.passes, state.sidePasses, state.log)
  }
}

extension SFT: StatefulTrainer {
  package var stateTensors: [(name: String, tensor: Tensor)] { stepper.stateTensors }
  package var plainSettings: [(name: String, value: SettingValue)] { settings.plain }
  package var changedSettings: [(name: String, value: SettingValue)] { settings.changed }

  package var counters: Metrics {
    [
      ("steps", Double(stepper.steps)), ("num_tokens", Double(tokensSeen)), ("flops", flops),
    ]
  }

  package func releaseMoments() { stepper.optimizer.releaseMoments() }

  package func restore(_ state: TrainerState) {
    stepper.restore(state)
    (tokensSeen, flops) = (state.count("num_tokens"), state.counter("flops"))
    (draws, passes, log) = (state.draws, state.passes, state.log)
  }
}

extension DPO: StatefulTrainer {
  package var stateTensors: [(name: String, tensor: Tensor)] { stepper.stateTensors }
  package var plainSettings: [(name: String, value: SettingValue)] { settings.plain }
  package var changedSettings: [(name: String, value: SettingValue)] { settings.changed }

  package var counters: Metrics {
    [
      ("steps", Double(stepper.steps)), ("num_tokens", Double(tokensSeen)), ("flops", flops),
    ]
  }

  package func releaseMoments() { stepper.optimizer.releaseMoments() }

  package func restore(_ state: TrainerState) {
    stepper.restore(state)
    (tokensSeen, flops) = (state.count("num_tokens"), state.counter("flops"))
    (draws, passes, log) = (state.draws, state.passes, state.log)
  }
}

extension RewardModel: StatefulTrainer {
  package var stateTensors: [(name: String, tensor: Tensor)] {
    stepper?.stateTensors ?? weights
  }
  package var plainSettings: [(name: String, value: SettingValue)] { settings.plain }
  package var changedSettings: [(name: String, value: SettingValue)] { settings.changed }

  package var counters: Metrics {
    [
      ("steps", Double(stepper?.steps ?? 0)), ("num_tokens", Double(tokensSeen)),
      ("flops", flops),
      ("score_mean", normalization?.mean ?? 0),
      ("score_deviation", normalization?.deviation ?? 0),
    ]
  }

  package func releaseMoments() { stepper?.optimizer.releaseMoments() }

  /// A state without moments is one from before the first step: the optimizer goes.
  package func restore(_ state: TrainerState) throws(TrainingError) {
    settings = try Settings().applying(state.settings)
    if state.tensors.contains(where: { $0.name.hasPrefix(Stepper.firstMoment) }) {
      try prepared(settings).restore(state)
    } else {
      stepper = nil
      for (parameter, saved) in zip(parameters, state.tensors) {
        parameter.value = saved.tensor
      }
    }
    (tokensSeen, flops) = (state.count("num_tokens"), state.counter("flops"))
    normalization = ScoreNormalization(counters: state)
    (draws, passes, log) = (state.draws, state.passes, state.log)
  }

  private var weights: [(name: String, tensor: Tensor)] {
    model.parameters.map { ($0.name, $0.value) } + [("score.weight", head.weight.value)]
  }
}

extension Stepper {
  /// What stands before a weight's name in that of its moments.
  static let firstMoment = "m/"
  static let secondMoment = "v/"

  var stateTensors: [(name: String, tensor: Tensor)] {
    return zip(names, parameters).map { ($0, $1.value) }
      + zip(names, optimizer.firstMoments).map { (Self.firstMoment + $0, $1) }
      + zip(names, optimizer.secondMoments).map { (Self.secondMoment + $0, $1) }
  }

  func restore(_ state: TrainerState) {
    let count = parameters.count
    precondition(
      state.tensors.count == 3 * count && zip(state.tensors, names).allSatisfy { $0.name == $1 },
      "\(trainer): the state of another trainer")
    for (index, parameter) in parameters.enumerated() {
      parameter.value = state.tensors[index].tensor
      optimizer.firstMoments[index] = state.tensors[count + index].tensor
      optimizer.secondMoments[index] = state.tensors[2 * count + index].tensor
    }
    optimizer.steps = state.count("steps")
  }
}

extension TrainerDraws {
  var stateNumbers: Metrics {
    [
      ("seed_high", Double(seed >> 32)), ("seed_low", Double(seed & 0xffff_ffff)),
      ("call", Double(call)), ("draws", Double(count)),
    ]
  }
}

extension Passes {
  var stateNumbers: Metrics {
    [("pass", Double(pass)), ("position", Double(position))]
      + order.enumerated().map { ("order/\($0)", Double($1)) }
  }
}
