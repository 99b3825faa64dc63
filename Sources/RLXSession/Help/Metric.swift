import RLXTraining

/// One number that trainers log: what it means, how it is computed, what to make of it.
struct Metric {
  let name: String
  /// The trainers that log it.
  let trainers: [String]
  /// One sentence or two.
  let meaning: String
  /// With the names of settings for their values.
  let formula: String
  /// `nats`, `tokens`; empty for a pure number.
  let unit: String
  /// The values of a run that goes well, and what others tell.
  let healthy: String
  /// What it is computed from or goes with: other metrics, and settings.
  let operands: [String]
  /// What it mostly is when it is off: how it looks, a colon, why and what to try.
  let causes: [String]

  /// `trainers` and `operands` are words, one after the other.
  init(
    _ name: String, _ trainers: String, _ meaning: String, formula: String, unit: String = "",
    healthy: String, operands: String = "", causes: [String]
  ) {
    self.name = name
    self.trainers = trainers.split(separator: " ").map(String.init)
    self.meaning = meaning
    self.formula = formula
    self.unit = unit
    self.healthy = healthy
    self.operands = operands.split(separator: " ").map(String.init)
    self.causes = causes
  }

  static func named(_ name: String) -> Metric? { table.first { $0.name == name } }

  /// Other systems' names for it.
  var aliases: [String] {
    trainers.contains("PPO") ? PPO.aliases.filter { $0.name == name }.map(\.alias) : []
  }

  /// The names to show of many: those that say most, unless all were asked for or there are few.
  static func shown(of names: [String], all: Bool) -> [String] {
    guard !all, names.count > mostShown else { return names }
    return names.filter { leading.contains($0) }
  }

  /// A last line that says how many names are not shown, and how to see them; empty if none.
  static func rest(_ count: Int, _ style: ViewStyle, indent: Int = 0) -> String {
    guard count > 0 else { return "" }
    let facts = ["\(count) more: .names lists them"] + (style.hint.map { [$0] } ?? [])
    return "\n" + String(repeating: " ", count: indent)
      + style.paint(facts.joined(separator: style.separator), .dim)
  }

  private static let mostShown = 16
  private static let leading = [
    "objective/kl", "objective/kl_coef", "objective/entropy", "ppo/mean_scores", "ppo/std_scores",
    "ppo/loss/policy", "ppo/loss/value", "ppo/policy/approxkl", "ppo/policy/clipfrac",
    "ppo/policy/entropy", "ppo/val/var_explained", "tokens/responses_len_mean",
  ]

  static let table: [Metric] = trained + heldOut

  /// What is measured of the data that are trained on.
  private static let trained = common + rewardModel + dpo + ppoObjective + ppoUpdate + ppoTexts

  /// What is measured of data that are not, by `run(…, eval: …)` and `evaluate`.
  private static let heldOut = trained.filter { evaluated.contains($0.name) }.map { metric in
    Metric(
      evaluationPrefix + metric.name, metric.trainers.joined(separator: " "),
      "On held-out data: " + metric.meaning.clause + ".", formula: metric.formula,
      unit: metric.unit,
      healthy: "near \(metric.name); where the two part, the data are being learnt by heart",
      operands: metric.name,
      causes: [
        "far from \(metric.name) from the start: held-out data of another kind",
        "parts from \(metric.name): stop there (until:), fewer epochs, or more data",
      ])
  }

  private static let evaluated: Set<String> = [
    "loss", "mean_token_accuracy", "entropy", "accuracy", "margin", "mean_reward", "min_reward",
    "max_reward", "rewards/chosen", "rewards/rejected", "rewards/accuracies", "rewards/margins",
    "logps/chosen", "logps/rejected", "objective/kl", "objective/entropy", "env/reward_mean",
    "env/reward_std", "tokens/responses_len_mean",
  ]

  // MARK: Its page

  var subject: HelpSubject {
    HelpSubject(.metric, name, aliases: aliases, line: meaning, details: formula) { page }
  }

  private var page: String {
    var facts = [("Logged by", trainers.joined(separator: ", ")), ("Formula", formula)]
    if !unit.isEmpty { facts.append(("Unit", unit)) }
    facts.append(("Healthy", healthy))
    facts += causes.enumerated().map { ($0 == 0 ? "When off" : "", $1) }
    if !aliases.isEmpty { facts.append(("Also", aliases.joined(separator: ", "))) }
    let variable = trainers.count == 1 && trainers[0] == "PPO" ? "ppo" : "trainer"
    facts.append(("Read", "\(variable).log[\"\(name)\"], plot(\(variable).log, \"\(name)\")"))
    return "\(name)\n  \(meaning)\n\n" + HelpText.columns(facts)
  }
}
