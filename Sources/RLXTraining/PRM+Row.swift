import RLXModels

extension PRM {
  /// An answer in steps, as ids, and which of them are right; no labels where they are to be judged.
  package struct Example: Equatable, Sendable {
    package var prompt: [Int32]
    package var steps: [[Int32]]
    package var labels: [Bool]

    package init(prompt: [Int32], steps: [[Int32]], labels: [Bool] = []) {
      self.prompt = prompt
      self.steps = steps
      self.labels = labels
    }
  }

  /// What the model reads, and where it judges.
  package struct Row: Equatable, Sendable {
    /// The prompt, then each step and the separator.
    package var tokens: [Int32]
    /// Where the last token of each judged step stands, rising.
    package var places: [Int]
    /// Whether those steps are right; empty where nobody said.
    package var labels: [Bool]

    /// What is left of the row in some of its tokens; steps that end outside are gone.
    package func cut(to range: Range<Int>) -> Row {
      let kept = places.indices.filter { range.contains(places[$0]) }
      return Row(
        tokens: Array(tokens[range]), places: kept.map { places[$0] - range.lowerBound },
        labels: labels.isEmpty ? [] : kept.map { labels[$0] })
    }
  }

  /// The row of an example, as TRL's `tokenize_row` makes it: every step, encoded on its own, with
  /// the separator behind it, whose last token has the label.
  ///
  /// `training` leaves out all labels but the last where the settings say so. Throws for a row
  /// without steps, for a step without tokens where the separator has none, and where there are not
  /// as many labels as steps.
  package func row(_ example: Example, training: Bool = false) throws(TrainingError) -> Row {
    guard !example.steps.isEmpty else {
      throw .nothing(
        trainer: Settings.trainer, what: "at least one step",
        remedy: "completions: [\"first step\", \"second step\"]")
    }
    guard example.labels.isEmpty || example.labels.count == example.steps.count else {
      throw .lengths(
        trainer: Settings.trainer, first: "steps", firstCount: example.steps.count,
        second: "labels", secondCount: example.labels.count)
    }
    var row = Row(tokens: example.prompt, places: [], labels: example.labels)
    for (number, step) in example.steps.enumerated() {
      let tokens = step + separator
      guard !tokens.isEmpty else {
        throw .emptyRow(trainer: Settings.trainer, what: "step", row: number)
      }
      row.tokens += tokens
      row.places.append(row.tokens.count - 1)
    }
    if training && settings.trainOnLastStepOnly {
      row.places = row.places.suffix(1)
      row.labels = row.labels.suffix(1)
    }
    return row
  }

  /// The ids of a prompt: TRL puts the tokenizer's beginning token in front, whatever its template
  /// says, and encodes the text without special tokens.
  package func prompt(_ text: String) -> [Int32] {
    let tokenizer = model.tokenizer
    return (tokenizer.beginning.map { [$0] } ?? []) + tokenizer.encode(text, special: false)
  }

  /// The ids of a step, which is encoded on its own.
  package func step(_ text: String) -> [Int32] { model.tokenizer.encode(text, special: false) }

  /// An answer as its steps: the text between separators, empty ones left out.
  package func steps(of answer: String) -> [String] {
    let separator = Array(settings.stepSeparator.utf8)
    let bytes = Array(answer.utf8)
    guard !separator.isEmpty else { return bytes.isEmpty ? [] : [answer] }
    var steps: [String] = []
    var start = 0
    var next = 0
    func close(_ end: Int) {
      if start < end { steps.append(String(decoding: bytes[start..<end], as: UTF8.self)) }
    }
    while next <= bytes.count - separator.count {
      if bytes[next..<next + separator.count].elementsEqual(separator) {
        close(next)
        next += separator.count
        start = next
      } else {
        next += 1
      }
    }
    close(bytes.count)
    return steps
  }
}

/// What the probabilities of an answer's steps make of the answer.
package enum StepAggregate: String, CaseIterable, Sendable {
  /// The weakest step (Wang et al. 2023, arXiv 2312.08935).
  case min
  /// That all are right, if they were independent (Lightman et al. 2023).
  case product
  case mean
  /// The last alone: the outcome.
  case last

  /// 0 of no steps.
  package func callAsFunction(_ probabilities: [Double]) -> Double {
    switch self {
    case .min: probabilities.min() ?? 0
    case .product: probabilities.isEmpty ? 0 : probabilities.reduce(1, *)
    case .mean: RLXTraining.mean(probabilities)
    case .last: probabilities.last ?? 0
    }
  }
}
