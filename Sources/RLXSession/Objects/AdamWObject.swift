import RLXScript
import RLXTensor

/// An optimizer of a model's weights for loops written by hand.
package final class AdamWObject: Digestible {
  package static let typeName = "AdamW"

  let optimizer: AdamW
  let parameters: [Parameter]
  let names: [String]
  var learningRate: Double
  /// The object whose weights it moves.
  let target: any HostObject
  package let identity = ObjectIdentity()

  init(
    _ optimizer: AdamW, _ parameters: [Parameter], names: [String], learningRate: Double,
    of target: any HostObject
  ) {
    self.optimizer = optimizer
    self.parameters = parameters
    self.names = names
    self.learningRate = learningRate
    self.target = target
  }

  package var typeName: String { Self.typeName }

  package func display(_ style: DisplayStyle) -> String {
    "AdamW of \(NumberText.count(parameters.count, "tensor")), learning_rate "
      + "\(NumberText.significant(learningRate)), \(NumberText.count(optimizer.steps, "step"))"
  }

  package var objectState: ObjectState {
    let (optimizer, steps, rate) = (optimizer, optimizer.steps, learningRate)
    let count = optimizer.firstMoments.count
    var state = ObjectState(
      tensors: optimizer.firstMoments + optimizer.secondMoments, holds: [.host(target)]
    ) { [self] tensors in
      optimizer.firstMoments = Array(tensors[..<count])
      optimizer.secondMoments = Array(tensors[count...])
      optimizer.steps = steps
      learningRate = rate
    }
    state.release = { optimizer.releaseMoments() }
    return state
  }

  package func absorb(into digest: inout DigestBuilder) {
    digest.number(learningRate)
    digest.count(optimizer.steps)
    for (name, parameter) in zip(names, parameters) {
      digest.text(name)
      digest.tensor(parameter.value)
    }
    for moment in optimizer.firstMoments + optimizer.secondMoments { digest.tensor(moment) }
  }
}
