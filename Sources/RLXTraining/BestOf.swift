import Glibc

// Choosing among n answers to each prompt: scores and answers are flat, prompt by prompt.

/// The place of the highest score of each group of `n`; the earliest of equals.
package func bestPlaces(_ scores: [Double], n: Int) -> [Int] {
  precondition(n > 0 && scores.count % n == 0, "\(scores.count) scores in groups of \(n)")
  return stride(from: 0, to: scores.count, by: n).map { start in
    (start..<start + n).max { scores[$0] < scores[$1] || (scores[$0] == scores[$1] && $0 > $1) }
      ?? start
  }
}

/// The share of its group's votes that each answer's own has; 0 for an answer that says nothing
/// (Wang et al. 2022, arXiv 2203.11171: self-consistency).
package func voteShares<Answer: Hashable>(_ answers: [Answer?], n: Int) -> [Double] {
  precondition(n > 0 && answers.count % n == 0, "\(answers.count) answers in groups of \(n)")
  return stride(from: 0, to: answers.count, by: n).flatMap { start in
    let group = answers[start..<start + n]
    var votes: [Answer: Int] = [:]
    for answer in group.compactMap(\.self) { votes[answer, default: 0] += 1 }
    return group.map { answer in Double(answer.flatMap { votes[$0] } ?? 0) / Double(n) }
  }
}

/// log n − (n − 1)/n, in nats: the most that choosing the best of n moves a policy from itself, in
/// KL (Stiennon et al. 2020, arXiv 2009.01325, appendix G; an upper bound by Beirami et al. 2024,
/// arXiv 2401.01879).
package func bestOfKLBound(_ n: Int) -> Double {
  log(Double(n)) - Double(n - 1) / Double(n)
}

/// What the best of k would score on average, for a group of n ≥ k scores, without bias: the mean
/// over all choices of k of them, Σᵢ C(i − 1, k − 1) / C(n, k) · s₍ᵢ₎ with s₍₁₎ ≤ … ≤ s₍ₙ₎
/// (Nakano et al. 2021, arXiv 2112.09332, appendix I).
package func expectedBest(_ scores: [Double], of k: Int) -> Double {
  let n = scores.count
  precondition((1...max(n, 1)).contains(k) && n > 0, "the best of \(k) of \(n) scores")
  let sorted = scores.sorted()
  // C(i − 1, k − 1) / C(n, k), from the largest score down, each from the one before.
  var weight = Double(k) / Double(n)
  var total = 0.0
  for i in stride(from: n, through: k, by: -1) {
    total += weight * sorted[i - 1]
    if i > k { weight *= Double(i - k) / Double(i - 1) }
  }
  return total
}
