import RLXData
import RLXModels
import RLXScript
import RLXTraining

extension TextReader {
  static let stepTypes: ValueType = .oneOf([.host(DatasetObject.typeName), .list, .map])
}

/// Reads labelled steps as the process reward model of a call encodes them.
struct StepReader {
  let trainer: PRM
  private let owner: String
  private let parameter: String
  private let text: TextReader

  init(_ trainer: PRM, _ call: Call, _ parameter: String) {
    self.trainer = trainer
    self.parameter = parameter
    owner = call.spec.qualifiedName
    text = TextReader(trainer.model.tokenizer, call, parameter)
  }

  private static let wanted = "a map {prompt, completions, labels}"

  /// The rows of a Dataset, of maps {prompt, completions, labels} in a list, or of one.
  func examples(_ value: Value) throws -> [PRM.Example] {
    switch value {
    case .map(let row): return [try example(row, at: nil)]
    case .list(let list):
      return try list.elements.enumerated().map { place, element in
        guard case .map(let row) = element else {
          throw text.wrong(element, Self.wanted, at: place)
        }
        return try example(row, at: place)
      }
    case .host(let object as DatasetObject):
      return try object.dataset.stepwise().map {
        PRM.Example(
          prompt: trainer.prompt($0.prompt), steps: $0.steps.map(trainer.step), labels: $0.labels)
      }
    default: throw text.wrong(value, "a Dataset, or a list of maps {prompt, completions, labels}")
    }
  }

  /// A text, or ids as they are.
  func prompt(_ value: Value, at place: Int? = nil) throws -> [Int32] {
    if case .string(let prompt) = value { return trainer.prompt(prompt.string) }
    return try text.ids(value, at: place)
  }

  private func example(_ row: MapValue, at place: Int?) throws -> PRM.Example {
    guard let prompt = row["prompt"], case .list(let steps)? = row["completions"],
      case .list(let labels)? = row["labels"]
    else { throw text.wrong(.map(row), Self.wanted, at: place) }
    let example = PRM.Example(
      prompt: try self.prompt(prompt, at: place),
      steps: try steps.elements.map { step in
        if case .string(let step) = step { return trainer.step(step.string) }
        return try text.ids(step, at: place)
      },
      labels: try labels.elements.map { label in
        switch label {
        case .bool(let right): return right
        case .int(1): return true
        case .int(0): return false
        default: throw text.wrong(label, "true or false for each of labels", at: place)
        }
      })
    guard example.steps.count == example.labels.count else {
      let name = parameter + (place.map { "[\($0)]" } ?? "")
      throw Fault(
        .value,
        "\(owner): \(name): expected a label for each step, got \(example.steps.count) completions "
          + "and \(example.labels.count) labels", parameter: parameter)
    }
    return example
  }
}
