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
    let view = ViewStyle(style)
    let facts = [
      "AdamW of \(NumberText.count(parameters.count, "tensor"))",
      "learning_rate \(NumberText.significant(learningRate))",
    ]
    let all = facts + changedSettings + [NumberText.count(optimizer.steps, "step")]
    return Wrap.lines(all.joined(separator: ", "), columns: view.columns).joined(separator: "\n")
  }

  /// The settings besides the learning rate that are not at their default.
  private var changedSettings: [String] {
    let set = optimizer.settings
    let plain = AdamW.Settings(learningRate: set.learningRate)
    let all: [(name: String, value: Double, plain: Double)] = [
      ("beta1", set.beta1, plain.beta1), ("beta2", set.beta2, plain.beta2),
      ("eps", Double(set.eps), Double(plain.eps)),
      ("weight_decay", Double(set.weightDecay), Double(plain.weightDecay)),
    ]
    return all.filter { $0.value != $0.plain }
      .map { "\($0.name) \(NumberText.significant($0.value))" }
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
