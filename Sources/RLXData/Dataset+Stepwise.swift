/// An answer in steps and whether each is right.
package struct StepwiseText: Equatable, Sendable {
  package var prompt: String
  package var steps: [String]
  package var labels: [Bool]
}

extension Dataset {
  /// {prompt, completions, labels}: TRL's stepwise supervision. A row has as many labels as steps.
  package func stepwise() throws(DataError) -> [StepwiseText] {
    guard type == .stepwise else {
      throw wrongColumns("labelled steps: {prompt, completions, labels}")
    }
    return try convert { row, place throws(DataError) in
      let steps = try list("completions", of: row, at: place)
      let labels = try list("labels", of: row, at: place)
      guard steps.count == labels.count else {
        throw error(
          at: place, found: "\(steps.count) completions and \(labels.count) labels",
          wanted: "a label for each step in `completions`")
      }
      var texts: [String] = []
      for step in steps {
        guard let text = step.stringValue else {
          throw error(
            at: place, found: "\(step.kind) in `completions`", wanted: "strings in `completions`")
        }
        texts.append(text)
      }
      var judged: [Bool] = []
      for label in labels { judged.append(try self.label(label, in: "labels", at: place)) }
      return StepwiseText(
        prompt: try text("prompt", of: row, at: place), steps: texts, labels: judged)
    }
  }

  private func list(_ column: String, of row: Row, at place: Int) throws(DataError) -> [JSON] {
    guard let list = row[column]?.arrayValue else {
      throw error(
        at: place, found: "\(row[column]?.kind ?? "nothing") in `\(column)`",
        wanted: "a list in `\(column)`")
    }
    return list
  }
}
