extension PPO {
  /// A set of defaults named after the system whose they are.
  package enum Profile: String, SettingChoice {
    /// rlx's own: TRL 0.11.4's, with log-probabilities of the sampling temperature.
    case rlx
    /// TRL 0.11.4's `PPOConfig` and `PPOTrainer.step`.
    case trl011
    /// TRL's later trainer: `PPOv2Trainer` of 0.11, `PPOTrainer` of 0.12 to 1.9.
    case ppov2
    /// "The N+ implementation details of RLHF with PPO", arXiv 2403.17031, and its code.
    case nplus
    /// Ziegler et al. 2019, arXiv 1909.08593: the settings of lm-human-preferences for sentiment.
    case openai2019
    /// Ouyang et al. 2022, arXiv 2203.02155, appendix C.4.
    case instructgpt
  }

  /// What two profiles have otherwise: the names of the settings, with both values, in the table's order.
  package static func differences(_ a: Profile, _ b: Profile)
    -> [(name: String, first: SettingValue, second: SettingValue)]
  {
    zip(Settings(profile: a).plain, Settings(profile: b).plain)
      .filter { $0.name != "profile" && $0.value != $1.value }
      .map { ($0.name, $0.value, $1.value) }
  }
}

extension PPO.Settings {
  /// The defaults of a profile.
  package init(profile: PPO.Profile) {
    self.init()
    self.profile = profile
    switch profile {
    case .rlx: break
    case .trl011: likeTRL011()
    case .ppov2: likePPOv2()
    case .nplus: likeNPlus()
    case .openai2019: likeOpenAI2019()
    case .instructgpt: likeInstructGPT()
    }
  }

  package func startingPoint(_ given: [(name: String, value: SettingValue)]) -> PPO.Settings {
    guard case .text(let name)? = given.first(where: { $0.name == "profile" })?.value,
      let profile = PPO.Profile(rawValue: name)
    else { return self }
    return PPO.Settings(profile: profile)
  }

  private mutating func likeTRL011() { scaleLogprobs = false }

  private mutating func likePPOv2() {
    optimizer.learningRate = 3e-6
    optimizer.lrSchedulerType = .linear
    adapKlCtrl = false
    klCoef = 0.05
    scorePosition = .afterEnd
    (valueModel, valueHeadBias) = (.reward, false)
    ratioThreshold = nil
    maxTokens = 53
    temperature = 0.7
  }

  private mutating func likeNPlus() {
    likePPOv2()
    optimizer.adamEpsilon = 1e-5
    valueHeadBias = true
    missingEosScore = -1
    batchSize = 512
  }

  private mutating func likeOpenAI2019() {
    optimizer.learningRate = 1e-5
    optimizer.lrSchedulerType = .linear
    (optimizer.adamForm, optimizer.adamEpsilon) = (.tensorflow, 1e-5)
    klCoef = 0.15
    whitenRewards = true
    whiteningVariance = .biased
    valueHeadInit = .zero
    missingEosScore = -1
    truncateAt = "."
    truncateAfter = 16
    ratioThreshold = nil
    batchSize = 512
    maxTokens = 24
    minTokens = 24
    temperature = 0.7
  }

  private mutating func likeInstructGPT() {
    optimizer.learningRate = 9.65e-6
    adapKlCtrl = false
    klCoef = 0.02
    ptxCoef = 27.8
    valueModel = .reward
    ratioThreshold = nil
    batchSize = 512
    miniBatchSize = 64
    ppoEpochs = 1
  }
}
