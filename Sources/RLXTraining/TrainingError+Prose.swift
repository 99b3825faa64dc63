extension TrainingError {
  /// The trainer or file the error speaks of.
  package var what: String {
    switch self {
    case .unknownSetting(let trainer, let name, _), .setting(let trainer, let name, _, _):
      "\(trainer): \(name)"
    case .conflict(let trainer, let names, _): "\(trainer): " + names.joined(separator: ", ")
    case .givenTwice(let trainer, let name, _): "\(trainer): \(name)"
    case .notFinite(let trainer, let tensor, _, _): "\(trainer): \(tensor)"
    case .frozen(let trainer, _), .changed(let trainer, _), .neverTrains(let trainer, _),
      .nothing(let trainer, _, _), .lengths(let trainer, _, _, _, _):
      trainer
    case .emptyRow(let trainer, let what, let row), .tooLong(let trainer, let what, let row, _, _):
      "\(trainer): \(what) \(row)"
    case .stage(let called, _, _, _), .stale(let called, _): "PPO.\(called)"
    case .invariant(let trainer, let broken): "\(trainer): \(broken.name)"
    case .noReward: "PPO.score"
    }
  }

  /// What was found, in words.
  package var given: String {
    switch self {
    case .unknownSetting(_, let name, _): "a keyword \"\(name)\""
    case .setting(_, _, let given, _): given
    case .conflict(_, _, let reason): reason
    case .givenTwice(_, let name, let alias): "both \(name) and \(alias), which are one setting"
    case .notFinite(_, _, let step, let found):
      "\(found) in optimizer step \(step); the weights are as they were before it"
    case .frozen(_, let model): "\(model), whose parameters are all frozen"
    case .changed(_, let model):
      "\(model), which was adapted, merged or unmerged since the trainer was made"
    case .neverTrains(_, let model): "\(model), whose weights are 8-bit numbers (dtype \"q8\")"
    case .nothing: "none"
    case .lengths(_, let first, let firstCount, let second, let secondCount):
      "\(firstCount) \(first) and \(secondCount) \(second)"
    case .emptyRow: "no tokens"
    case .tooLong(_, _, _, let tokens, _): "\(tokens)"
    case .stage(_, let found, _, let age):
      "one that is \(found.words)" + (age > 0 ? " and \(Self.updates(age)) old" : "")
    case .stale(_, let age): "one that is \(Self.updates(age)) old"
    case .invariant(_, let broken): broken.operands
    case .noReward: "a PPO trainer made without a reward"
    }
  }

  /// What would have been right.
  package var wanted: String {
    switch self {
    case .unknownSetting(let trainer, _, _): "a setting of \(trainer)"
    case .setting(_, _, _, let wanted): wanted
    case .conflict: "settings that agree"
    case .givenTwice: "the setting once"
    case .notFinite: "a finite number"
    case .frozen, .neverTrains: "a model that can be trained"
    case .changed: "the model as it was when the trainer was made"
    case .nothing(_, let what, _): what
    case .lengths(_, let first, _, let second, _): "as many \(second) as \(first)"
    case .emptyRow: "at least one token"
    case .tooLong(_, _, _, _, let longest):
      "at most \(longest) tokens, which the model's context leaves"
    case .stage(_, _, let wanted, _): "a batch that is \(wanted.words)"
    case .stale: "a batch drawn from the policy as it is"
    case .invariant(_, let broken): "\(broken.equation), to \(broken.tolerance)"
    case .noReward: "a reward model or a function of prompt and response"
    }
  }

  /// What to try, or nil where there is nothing to say beyond `wanted`.
  package var remedy: String? {
    switch self {
    case .unknownSetting(_, _, let nearest): nearest
    case .givenTwice(_, let name, _): "only \(name)"
    case .notFinite(_, let tensor, _, _):
      tensor == "scores"
        ? "a reward that is a number for every answer"
        : "a smaller learning_rate, or max_grad_norm: 1.0"
    case .tooLong: "prompts.filter(fn(p) => policy.tokenizer.encode(p).len < policy.context)"
    case .frozen: "train a copy: model.copy()"
    case .changed: "make the trainer anew"
    case .neverTrains: "load it as Model(path, dtype: \"bf16\"), and train that"
    case .nothing(_, _, let remedy): remedy
    case .invariant(_, let broken): broken.remedy
    case .stage(_, let found, let wanted, _):
      found < wanted ? "ppo.\(wanted.call)(batch) first" : "ppo.rollout(prompts) for a new batch"
    case .stale: "ppo.rollout(prompts) for a new batch"
    case .noReward:
      "PPO(policy, reward: fn(prompt, response) => …), or ppo.step(queries, responses, scores)"
    case .setting, .conflict, .lengths, .emptyRow: nil
    }
  }
}

extension TrainingError {
  private static func updates(_ count: Int) -> String {
    count == 1 ? "1 update" : "\(count) updates"
  }
}

extension TrainingError: CustomStringConvertible {
  package var description: String {
    "\(what): expected \(wanted), got \(given)" + (remedy.map { "; try: \($0)" } ?? "")
  }
}
