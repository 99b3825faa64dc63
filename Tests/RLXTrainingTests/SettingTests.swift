import RLXTraining
import Testing

@Suite struct SettingTests {
  @Test func profileHasTheDefaultsOfTRL() throws {
    let settings = PPO.Settings(profile: .trl011)
    try settings.check()
    let plain = Dictionary(uniqueKeysWithValues: settings.plain.map { ($0.name, $0.value) })
    let wanted: [(String, SettingValue)] = [
      ("learning_rate", .number(1.41e-5)), ("adap_kl_ctrl", .bool(true)), ("kl_coef", .number(0.2)),
      ("kl_penalty", .text("kl")), ("target", .number(6)), ("horizon", .number(10000)),
      ("gamma", .number(1)), ("lam", .number(0.95)), ("cliprange", .number(0.2)),
      ("cliprange_value", .number(0.2)), ("vf_coef", .number(0.1)), ("ppo_epochs", .integer(4)),
      ("max_grad_norm", .none), ("early_stopping", .bool(false)), ("target_kl", .number(1)),
      ("ratio_threshold", .number(10)), ("use_score_scaling", .bool(false)),
      ("use_score_norm", .bool(false)), ("score_clip", .none), ("whiten_rewards", .bool(false)),
      ("gradient_accumulation_steps", .integer(1)), ("adam_epsilon", .number(1e-8)),
      ("weight_decay", .number(0)), ("batch_size", .none), ("mini_batch_size", .none),
    ]
    for (name, value) in wanted { #expect(plain[name] == value, "\(name)") }
  }

  @Test func keywordsBeatTheProfileAndOtherSpellingsAreAccepted() throws {
    let settings = try PPO.Settings(profile: .trl011).applying([
      ("init_kl_coef", .number(0.05)), ("num_ppo_epochs", .integer(2)),
      ("response_length", .integer(16)), ("learning_rate", .integer(1)), ("stop", .text("\n")),
    ])
    #expect(settings.klCoef == 0.05)
    #expect(settings.ppoEpochs == 2)
    #expect(settings.maxTokens == 16)
    #expect(settings.optimizer.learningRate == 1)
    #expect(settings.stop == ["\n"])
  }

  @Test(arguments: [
    ("kl_coef", SettingValue.text("high"), "a number ≥ 0"),
    ("kl_coef", .number(-1), "a number ≥ 0"),
    ("kl_coef", .number(.nan), "a number ≥ 0"), ("kl_coef", .none, "a number ≥ 0"),
    ("lam", .number(1.5), "a number in 0…1"), ("top_p", .number(0), "a number > 0 and ≤ 1"),
    ("ppo_epochs", .integer(0), "an int in 1…1000000"),
    ("ppo_epochs", .number(2.5), "an int in 1…1000000"),
    ("adam_epsilon", .number(1e-60), "a number > 0"),
    ("adam_beta2", .number(0.99999999999), "a number ≥ 0 and < 1"),
    ("learning_rate", .number(1e300), "a number ≥ 0"),
    ("batch_size", .integer(0), "an int in 1…1000000 or nil"),
    ("early_stopping", .integer(1), "true or false"),
    (
      "kl_penalty", .text("k9"),
      "one of \"kl\", \"abs\", \"mse\", \"k3\", \"full\", \"k1\", \"k2\", \"low_var_kl\""
    ),
  ])
  func wrongValuesSayWhatWasWanted(name: String, value: SettingValue, wanted: String) {
    #expect(
      throws: TrainingError.setting(
        trainer: "PPO", name: name, given: value.words, wanted: wanted)
    ) { try PPO.Settings().applying([(name, value)]) }
  }

  @Test func unknownNamesNameTheNearest() {
    #expect(
      throws: TrainingError.unknownSetting(trainer: "PPO", name: "kl_coeff", nearest: "kl_coef")
    ) {
      try PPO.Settings().applying([("kl_coeff", .number(1))])
    }
    #expect(throws: TrainingError.unknownSetting(trainer: "DPO", name: "zebra", nearest: nil)) {
      try DPO.Settings().applying([("zebra", .number(1))])
    }
  }

  @Test func oneSettingUnderTwoNamesIsAnError() {
    #expect(
      throws: TrainingError.givenTwice(trainer: "PPO", name: "kl_coef", alias: "init_kl_coef")
    ) {
      try PPO.Settings().applying([("kl_coef", .number(1)), ("init_kl_coef", .number(1))])
    }
  }

  @Test(arguments: [
    [("mini_batch_size", SettingValue.integer(8)), ("batch_size", .integer(4))],
    [("use_score_norm", .bool(true))], [("min_tokens", .integer(9)), ("max_tokens", .integer(3))],
  ])
  func settingsThatDoNotFitTogetherAreAnError(given: [(String, SettingValue)]) {
    let error = #expect(throws: TrainingError.self) {
      try PPO.Settings().applying(given.map { (name: $0.0, value: $0.1) })
    }
    guard case .conflict(_, let names, _)? = error else {
      Issue.record("expected a conflict, got \(String(describing: error))")
      return
    }
    #expect(names.contains(given[0].0))
  }

  @Test func stepsFollowFromEpochsUnlessTheyAreGiven() {
    var settings = SFT.Settings()
    settings.batchSize = 4
    #expect(settings.stepCount(rows: 9) == 3)
    #expect(settings.stepCount(rows: 9, epochs: 2) == 6)
    #expect(settings.stepCount(rows: 9, steps: 5, epochs: 2) == 5)
    settings.maxSteps = 7
    #expect(settings.stepCount(rows: 9) == 7)
    #expect(settings.stepCount(rows: 9, steps: -1) == 0)
    #expect(settings.stepCount(rows: 9, epochs: .max) == .max)
  }

  @Test func everyTableIsConsistent() throws {
    try checkTable(PPO.Settings.self)
    try checkTable(SFT.Settings.self)
    try checkTable(DPO.Settings.self)
    try checkTable(RewardModel.Settings.self)
  }

  /// Names are snake_case and unique with all aliases, everything is documented, defaults are in
  /// range, and writing what was read changes nothing.
  private func checkTable<S: TrainerSettings>(_ type: S.Type) throws {
    let names = S.table.flatMap { [$0.name] + $0.aliases }
    #expect(Set(names).count == names.count, "\(S.trainer): a name stands for two settings")
    for setting in S.table {
      #expect(setting.name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "_" })
      #expect(!setting.doc.isEmpty)
      #expect(try setting.checked(setting.defaultValue) == setting.defaultValue)
      #expect(try S().applying([(setting.name, setting.defaultValue)]) == S())
    }
  }
}
