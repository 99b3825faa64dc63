import RLXScript
import RLXTraining

/// The probability that each step of an answer is right. Behaves as a list of floats.
package final class StepScoresObject: Unchanging {
  package static let typeName = "StepScores"

  package let steps: [String]
  package let scores: [Double]
  package let identity = ObjectIdentity()

  package init(steps: [String], scores: [Double]) {
    self.steps = steps
    self.scores = scores
  }

  package var typeName: String { Self.typeName }
  package var isData: Bool { true }
  package var count: Int? { scores.count }

  /// `s[0]` is a float, `s[0..2]` the scores of some steps.
  package func index(_ subscripts: [SubscriptValue]) throws -> Value {
    switch try ListPlace(subscripts, of: scores.count, in: Self.typeName) {
    case .element(let place): .float(scores[place])
    case .slice(let range):
      .host(StepScoresObject(steps: Array(steps[range]), scores: Array(scores[range])))
    }
  }

  package func makeIterator() throws -> (() throws -> Value?)? {
    var rest = scores.makeIterator()
    return { rest.next().map { .float($0) } }
  }

  package func isEqual(to other: any HostObject) -> Bool {
    guard let other = other as? StepScoresObject else { return false }
    return scores == other.scores && steps.map { Text($0) } == other.steps.map { Text($0) }
  }

  /// Each step behind its score, blue where it is likely right and red where it is likely wrong.
  package func display(_ style: DisplayStyle) -> String {
    let view = ViewStyle(style)
    let facts = StepAggregate.allCases.map {
      "\($0.rawValue) \(NumberText.fixed($0(scores), digits: 3))"
    }
    let title = (["StepScores", NumberText.count(scores.count, "step")] + facts)
      .joined(separator: view.separator)
    // The ends of the scale belong to it, so that a colour means the same in every answer.
    let heat = Heat(.from(0.5), of: scores + [0, 1])
    var table = TableView(
      title: title, columns: ["right", "step"],
      rows: zip(scores, steps).map { [.figure(NumberText.fixed($0, digits: 3)), .text($1)] })
    table.showsIndex = true
    table.rowLimit = 40
    table.ink = { [scores] row, column in column == 0 ? heat.ink(scores[row]) : nil }
    return table.text(view)
  }

  package func plain() throws -> Value? {
    .list(zip(steps, scores).map { .map([("step", .string($0)), ("right", .float($1))]) })
  }

  package func absorb(into digest: inout DigestBuilder) {
    digest.count(scores.count)
    for (step, score) in zip(steps, scores) {
      digest.text(step)
      digest.number(score)
    }
  }
}
