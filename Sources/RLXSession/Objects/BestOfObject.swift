import RLXData
import RLXModels
import RLXScript
import RLXTraining

/// Some answers to each prompt, their scores, and which are best.
package final class BestOfObject: Unchanging {
  package static let typeName = "BestOf"

  /// `n` to each prompt, prompt by prompt.
  let answers: [CompletionObject]
  let scores: [Double]
  let n: Int
  /// What gave the scores, in words.
  let by: String
  let isVote: Bool
  /// The place of each prompt's best answer.
  let best: [Int]
  package let identity = ObjectIdentity()

  init(_ answers: [CompletionObject], scores: [Double], n: Int, by: String, isVote: Bool) {
    self.answers = answers
    self.scores = scores
    self.n = n
    self.by = by
    self.isVote = isVote
    best = bestPlaces(scores, n: n)
  }

  package var typeName: String { Self.typeName }
  package var isData: Bool { true }
  package var count: Int? { best.count }

  /// `b[0]` is the best answer to the first prompt.
  package func index(_ subscripts: [SubscriptValue]) throws -> Value {
    switch try ListPlace(subscripts, of: best.count, in: Self.typeName) {
    case .element(let place): .host(answers[best[place]])
    case .slice(let range): .host(CompletionsObject(best[range].map { answers[$0] }))
    }
  }

  package func makeIterator() throws -> (() throws -> Value?)? {
    var rest = best.makeIterator()
    return { [answers] in rest.next().map { .host(answers[$0]) } }
  }

  package func isEqual(to other: any HostObject) -> Bool {
    guard let other = other as? BestOfObject, n == other.n, scores == other.scores else {
      return false
    }
    return zip(answers, other.answers).allSatisfy { $0.isEqual(to: $1) }
  }

  /// One row a prompt: its best answer, what that scored, and what answers scored on average.
  package func display(_ style: DisplayStyle) -> String {
    let view = ViewStyle(style)
    let bound = NumberText.fixed(bestOfKLBound(n), digits: 3)
    let kl = view.drawsUnicode ? "KL ≤ \(bound) nats" : "KL at most \(bound) nats"
    let title = ["BestOf", "\(NumberText.count(best.count, "prompt")) of \(n) by \(by)", kl]
      .joined(separator: view.separator)
    var table = TableView(
      title: title, columns: ["best", "mean", "prompt", "answer"], rowCount: best.count
    ) { [self] row in
      let group = scores[row * n..<(row + 1) * n]
      return [
        .figure(NumberText.significant(scores[best[row]])),
        .figure(NumberText.significant(mean(group))), .text(answers[best[row]].prompt),
        .text(answers[best[row]].completion.text),
      ]
    }
    table.showsIndex = true
    return table.text(view)
  }

  package func plain() throws -> Value? {
    .list(
      best.map { place in
        .map([
          ("prompt", .string(answers[place].prompt)),
          ("text", .string(answers[place].completion.text)), ("score", .float(scores[place])),
        ])
      })
  }

  package func absorb(into digest: inout DigestBuilder) {
    digest.count(n)
    digest.text(by)
    digest.count(answers.count)
    for (answer, score) in zip(answers, scores) {
      answer.absorb(into: &digest)
      digest.number(score)
    }
  }
}

// MARK: - What becomes of them

extension BestOfObject {
  /// Rows {prompt, completion, score}: the best of each prompt, or every answer of at least
  /// `threshold`, each text of a prompt once. Answers without a token teach nothing.
  func dataset(threshold: Double?, finished: Bool) throws -> Dataset {
    var rows: [Row] = []
    for (group, chosen) in best.enumerated() {
      var seen: Set<Text> = []
      let places = threshold == nil ? chosen..<chosen + 1 : group * n..<(group + 1) * n
      for place in places {
        let (answer, score) = (answers[place], scores[place])
        guard score >= threshold ?? score, !answer.completion.tokens.isEmpty,
          !finished || answer.completion.finish != .length,
          seen.insert(Text(answer.completion.text)).inserted
        else { continue }
        rows.append([
          "prompt": .string(answer.prompt), "completion": .string(answer.completion.text),
          "score": .double(score),
        ])
      }
    }
    return Dataset(rows: rows, name: "")
  }

  /// Rows {prompt, chosen, rejected}: best and worst of each prompt where they differ.
  func pairs() throws -> Dataset {
    let rows = best.enumerated().compactMap { group, chosen -> Row? in
      let places = group * n..<(group + 1) * n
      guard let worst = places.min(by: { scores[$0] < scores[$1] }), scores[worst] < scores[chosen]
      else { return nil }
      return [
        "prompt": .string(answers[chosen].prompt),
        "chosen": .string(answers[chosen].completion.text),
        "rejected": .string(answers[worst].completion.text),
      ]
    }
    return Dataset(rows: rows, name: "")
  }

  /// What the best of each k up to n would score on average over the prompts.
  func curve() throws -> [Value] {
    guard !isVote else {
      throw Fault(
        .value, "BestOf.curve: a vote's shares are of n answers and say nothing of fewer",
        remedy: "best_of(policy, rm, prompts, n: 16).curve()")
    }
    let groups = stride(from: 0, to: scores.count, by: n).map { Array(scores[$0..<$0 + n]) }
    return (1...n).map { k in
      .map([
        ("n", .int(k)), ("kl_bound", .float(bestOfKLBound(k))),
        ("score", .float(mean(groups.map { expectedBest($0, of: k) }))),
      ])
    }
  }
}
