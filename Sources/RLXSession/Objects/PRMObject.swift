import RLXModels
import RLXScript
import RLXTensor
import RLXTraining

/// A process reward model as scripts hold it.
package final class PRMObject: TrainerObject {
  package static let typeName = "PRM"

  package let trainer: PRM
  /// What it was made from.
  let name: String
  let truncation: Truncation
  package let identity = ObjectIdentity()

  init(_ trainer: PRM, name: String, truncation: Truncation) {
    self.trainer = trainer
    self.name = name
    self.truncation = truncation
  }

  package var typeName: String { Self.typeName }
  var state: any RecordingTrainer { trainer }
  var options: [(name: String, value: SettingValue)] { truncation.plain }
  var modelName: String { name }
  var summary: String { "PRM from \(name)" }
  var headlines: [String] { ["loss", "accuracy"] }

  package func display(_ style: DisplayStyle) -> String { displayTrainer(style) }

  package var objectState: ObjectState {
    let parameters = trainer.model.parameters + trainer.head.parameters
    var state = trainerState(truncation: truncation).and(.gradients(of: parameters))
    state.release = { [trainer] in
      trainer.releaseMoments()
      for parameter in parameters { parameter.value = .zeros([]) }
    }
    return state
  }

  package func absorb(into digest: inout DigestBuilder) { absorbTrainer(into: &digest) }
}

extension PRMObject {
  /// Steps as rows to be read: prompts and steps as ids. Errors name the row.
  func rows(_ examples: [PRM.Example], training: Bool = false, _ owner: String, _ core: SessionCore)
    throws -> [PRM.Row]
  {
    var cut = Truncation.Cutter(
      truncation, context: trainer.model.config.context, owner: owner)
    let rows = try examples.enumerated().map { number, example in
      let row: PRM.Row
      do throws(TrainingError) {
        row = try trainer.row(example, training: training)
      } catch {
        throw Fault(
          .value, "\(owner): row \(number): expected \(error.wanted), got \(error.given)",
          remedy: error.remedy)
      }
      let kept = try cut([], row.tokens, row: number).answer.count
      let start = truncation.mode == .keepEnd ? row.tokens.count - kept : 0
      let short = row.cut(to: start..<start + kept)
      guard !short.places.isEmpty else {
        throw Fault(
          .value, "\(owner): row \(number): no judged step ends within the \(kept) tokens read",
          remedy: "a larger max_length, or fewer steps in a row")
      }
      return short
    }
    truncation.report(cut, "row", core)
    return rows
  }

  /// What an answer in steps is worth, by one number for each of its steps.
  ///
  /// Each answer is cut into its steps where the separator stands in its text; one without text is
  /// worth 0.
  func scores(
    _ answers: [(prompt: String, response: String)], _ aggregate: StepAggregate, _ owner: String,
    _ core: SessionCore
  ) throws -> [Double] {
    let steps = answers.map { trainer.steps(of: $0.response) }
    let judged = answers.indices.filter { !steps[$0].isEmpty }
    let examples = judged.map { place in
      PRM.Example(
        prompt: trainer.prompt(answers[place].prompt), steps: steps[place].map(trainer.step))
    }
    var scores = [Double](repeating: 0, count: answers.count)
    guard !examples.isEmpty else { return scores }
    try core.point()
    let found = try trainer.probabilities(try rows(examples, owner, core))
    for (place, probabilities) in zip(judged, found) { scores[place] = aggregate(probabilities) }
    return scores
  }
}
