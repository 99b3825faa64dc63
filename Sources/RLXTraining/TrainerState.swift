import RLXModels
import RLXTensor

/// A trainer whose whole state can be told, in an order that never changes: what a digest covers.
package protocol StatefulTrainer: AnyObject {
  /// Trained weights under their names, then the optimizer's moments as `m/NAME` and `v/NAME`.
  var stateTensors: [(name: String, tensor: Tensor)] { get }
  /// Counters and controllers. A seed is two numbers of 32 bits each.
  var stateNumbers: Metrics { get }
  var log: TrainLog { get }
}

extension PPO: StatefulTrainer {
  package var stateTensors: [(name: String, tensor: Tensor)] { stepper.stateTensors }

  package var stateNumbers: Metrics {
    [
      ("steps", Double(stepper.steps)), ("kl_coef", klController.value),
      ("score_mean", scoreMoments.mean), ("score_variance", scoreMoments.variance),
      ("score_deviation", scoreMoments.deviation), ("score_count", scoreMoments.count),
    ] + draws.stateNumbers + passes.stateNumbers
  }
}

extension SFT: StatefulTrainer {
  package var stateTensors: [(name: String, tensor: Tensor)] { stepper.stateTensors }

  package var stateNumbers: Metrics {
    [("steps", Double(stepper.steps)), ("num_tokens", Double(tokensSeen))]
      + draws.stateNumbers + passes.stateNumbers
  }
}

extension DPO: StatefulTrainer {
  package var stateTensors: [(name: String, tensor: Tensor)] { stepper.stateTensors }

  package var stateNumbers: Metrics {
    [("steps", Double(stepper.steps)), ("num_tokens", Double(tokensSeen))]
      + draws.stateNumbers + passes.stateNumbers
  }
}

extension RewardModel: StatefulTrainer {
  package var stateTensors: [(name: String, tensor: Tensor)] {
    stepper?.stateTensors
      ?? model.parameters.map { ($0.name, $0.value) }
      + [("score.weight", head.weight.value), ("score.bias", head.bias.value)]
  }

  package var stateNumbers: Metrics {
    [("steps", Double(stepper?.steps ?? 0)), ("num_tokens", Double(tokensSeen))]
      + draws.stateNumbers + passes.stateNumbers
  }
}

extension Stepper {
  var stateTensors: [(name: String, tensor: Tensor)] {
    return zip(names, parameters).map { ($0, $1.value) }
      + zip(names, optimizer.firstMoments).map { ("m/" + $0, $1) }
      + zip(names, optimizer.secondMoments).map { ("v/" + $0, $1) }
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
