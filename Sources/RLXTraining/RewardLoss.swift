import Glibc
import RLXTensor

/// How the losses of a ranking of more than two answers are made.
package enum RankingLoss: String, SettingChoice {
  /// The mean over all its pairs (Ouyang et al. 2022, arXiv 2203.02155, eq. 1).
  case pairs
  /// −Σ_k log (e^{r_k} / Σ_{j ≥ k} e^{r_j}): the best is chosen of all, the next best of the rest
  /// (Plackett 1975, Luce 1959).
  case plackettLuce = "plackett_luce"
}

/// What ties teach.
package enum TieRule: String, SettingChoice {
  /// Nothing.
  case skip
  /// Both are as likely to be better: a soft label of ½.
  case half
  /// Rao and Kupper (1967): a tie wherever the difference is not above log θ either way.
  case raoKupper = "rao_kupper"
}

/// The negative log-likelihood of what people said of some answers.
///
/// With x = r_first − r_second − margin, η = log θ for Rao–Kupper and 0 otherwise, and p the
/// probability that the first is better (after smoothing, p(1 − ε) + (1 − p)ε):
///
///     choice   −p log σ(x − η) − (1 − p) log σ(−x − η)
///     tie      −log σ(x − η) − log σ(−x − η) − log(θ² − 1)      (Rao–Kupper)
///              −½ log σ(x) − ½ log σ(−x)                        (half)
///
/// A ranking's loss is the mean over its pairs, or Plackett and Luce's. To each comparison comes
/// `center_rewards_coefficient` · mean (r_i + r_j)² over its pairs (Eisenstein et al. 2023,
/// arXiv 2312.09244, eq. 2). The result is the mean over comparisons.
package struct RewardLoss {
  private var first: [Int] = []
  private var second: [Int] = []
  /// Of each pair: its share of the mean, its margin, and how much −log σ(x − η) and
  /// −log σ(−x − η) count.
  private var weight: [Float] = []
  private var margin: [Float] = []
  private var forFirst: [Float] = []
  private var forSecond: [Float] = []
  /// What has no gradient: the shares of −log(θ² − 1).
  private var constant = 0.0
  private let eta: Float
  /// Rankings for Plackett and Luce: where each begins, and how many answers it has.
  private var rankings: [(start: Int, count: Int)] = []
  private let share: Float
  private let centering: Float?
  /// The same pairs as `first` and `second`, and those of the rankings.
  private var centered: (first: [Int], second: [Int], weight: [Float]) = ([], [], [])

  package init<Answer>(_ comparisons: [Comparison<Answer>], _ settings: RewardModel.Settings) {
    let theta = settings.ties == .raoKupper ? settings.tieTheta : 1
    eta = Float(log(theta))
    share = 1 / Float(comparisons.count)
    centering = settings.centerRewardsCoefficient.map { Float($0) }
    var start = 0
    for comparison in comparisons {
      defer { start += comparison.answers.count }
      let pairs = comparison.pairs(from: start)
      let weight = share / Float(pairs.count)
      centered.first += pairs.map(\.first)
      centered.second += pairs.map(\.second)
      centered.weight += pairs.map { _ in weight }
      if settings.rankingLoss == .plackettLuce, comparison.answers.count > 2 {
        rankings.append((start, comparison.answers.count))
        continue
      }
      for pair in pairs { add(pair, weight, comparison, settings) }
      if comparison.isTie, theta > 1 {
        constant -= Double(weight) * log(theta * theta - 1)
      }
    }
  }

  private mutating func add<Answer>(
    _ pair: (first: Int, second: Int), _ weight: Float, _ comparison: Comparison<Answer>,
    _ settings: RewardModel.Settings
  ) {
    first.append(pair.first)
    second.append(pair.second)
    self.weight.append(weight)
    guard !comparison.isTie else {
      let each: Float = settings.ties == .raoKupper ? 1 : 0.5
      margin.append(0)
      forFirst.append(each)
      forSecond.append(each)
      return
    }
    let isPair = comparison.answers.count == 2
    let epsilon = settings.labelSmoothing
    let said = isPair ? comparison.probability : 1
    let p = said * (1 - epsilon) + (1 - said) * epsilon
    margin.append(isPair ? Float(comparison.margin) : 0)
    forFirst.append(Float(p))
    forSecond.append(Float(1 - p))
  }

  /// The loss of scores [R], all answers of the comparisons in order: a scalar, in nats.
  package func callAsFunction(_ scores: Tensor) -> Tensor {
    var loss = Tensor.scalar(Float(constant))
    if !first.isEmpty { loss = loss + pairLoss(scores) }
    if !rankings.isEmpty { loss = loss + rankingLoss(scores) }
    if let centering {
      let sums = scores.rows(centered.first) + scores.rows(centered.second)
      loss = loss + (sums.square() * vector(centered.weight)).sum() * centering
    }
    return loss
  }

  private func pairLoss(_ scores: Tensor) -> Tensor {
    var x = scores.rows(first) - scores.rows(second)
    if margin.contains(where: { $0 != 0 }) { x = x - vector(margin) }
    var losses = -((x - eta).logSigmoid()) * vector(forFirst)
    if forSecond.contains(where: { $0 != 0 }) {
      losses = losses - (-x - eta).logSigmoid() * vector(forSecond)
    }
    return (losses * vector(weight)).sum()
  }

  /// Each choice of one among those that are left is a row, filled up with what cannot be chosen.
  private func rankingLoss(_ scores: Tensor) -> Tensor {
    let width = rankings.map(\.count).max() ?? 0
    var places: [Int] = []
    var masks: [Float] = []
    for (start, count) in rankings {
      for taken in 0..<count - 1 {
        let left = count - taken
        places += (0..<width).map { start + taken + ($0 < left ? $0 : 0) }
        masks += (0..<width).map { $0 < left ? 0 : Self.never }
      }
    }
    let choices = places.count / width
    let rows = scores.rows(places).reshape([choices, width]) + Tensor(masks, [choices, width])
    return -(rows.logSoftmax(axis: 1).slice(axis: 1, from: 0, to: 1).sum()) * share
  }

  /// Added to a score, leaves it no probability; finite, so that no NaN comes of it.
  private static let never: Float = -1e9

  private func vector(_ values: [Float]) -> Tensor { Tensor(values, [values.count]) }
}
