import RLXModels
import RLXScript
import RLXStore

/// Which answers are compared with which.
struct LabelPairs {
  /// One comparison to be judged.
  struct Pair {
    let prompt: String
    let a: Candidate
    let b: Candidate
  }

  private(set) var pairs: [Pair] = []
  /// Pairs left out because their texts are the same.
  private(set) var equal = 0

  /// The pairs of each prompt's answers: all of them, or the first `limit` that differ.
  ///
  /// Neighbours come first, then those two apart, and so on, so that few pairs reach all answers.
  init(_ answers: [CompletionObject], limit: Int?) {
    var prompts: [(key: Text, answers: [CompletionObject])] = []
    var places: [Text: Int] = [:]
    for answer in answers {
      let key = Text(answer.prompt)
      if let place = places[key] {
        prompts[place].answers.append(answer)
      } else {
        places[key] = prompts.count
        prompts.append((key, [answer]))
      }
    }
    for (prompt, answers) in prompts { add(prompt.string, answers, limit: limit ?? .max) }
  }

  private mutating func add(_ prompt: String, _ answers: [CompletionObject], limit: Int) {
    var taken = 0
    for distance in 1..<max(1, answers.count) {
      for first in 0..<(answers.count - distance) where taken < limit {
        let (a, b) = (answers[first], answers[first + distance])
        if Text(a.completion.text) == Text(b.completion.text) {
          equal += 1
          continue
        }
        pairs.append(Pair(prompt: prompt, a: a.candidate, b: b.candidate))
        taken += 1
      }
    }
  }
}

extension CompletionObject {
  fileprivate var candidate: Candidate {
    Candidate(
      completion.text, tokens: completion.tokens, model: model, settings: settings)
  }
}
