import RLXModels

extension PPO {
  /// What a PPO trainer can be told. Names are those of TRL 0.11.4's `PPOConfig`, or of the system
  /// that has the setting where TRL has not. The defaults are rlx's own: TRL's but for the
  /// temperature of log-probabilities. Other systems' defaults are profiles.
  package struct Settings: OptimizedSettings {
    /// Where the defaults come from; every other keyword beats it.
    package var profile = Profile.rlx

    /// Adam without weight decay, 1.41e-5, ε 1e-8, gradients not clipped.
    package var optimizer = OptimizerSettings(learningRate: 1.41e-5, maxGradNorm: nil)
    /// PPO steps the learning rate's schedule is made for, ≥ 1; nil: those of `run`.
    package var totalSteps: Int?

    // MARK: The KL term

    /// Whether β follows the KL (true) or stays (false).
    package var adapKlCtrl = true
    /// β, the weight of the KL term, ≥ 0 (TRL's `init_kl_coef`).
    package var klCoef = 0.2
    /// Which distance of log-probabilities the KL term takes.
    package var klPenalty = KLPenalty.k1
    /// Whether the KL term stands in the loss, with gradients, instead of in the reward
    /// (OpenRLHF and veRL `use_kl_loss`; GRPO, arXiv 2402.03300, eq. 3).
    package var useKlLoss = false
    /// The KL of an answer to hold, in nats, > 0.
    package var target = 6.0
    /// Answers over which β moves, > 0.
    package var horizon = 10000.0

    // MARK: Scores and rewards

    /// Divide scores by their running deviation.
    package var useScoreScaling = false
    /// Take the running mean away too; needs useScoreScaling.
    package var useScoreNorm = false
    /// Scores beyond ± this are cut, > 0; nil: none.
    package var scoreClip: Double?
    /// Taken off the score of an answer that did not end by itself, ≥ 0 (TRL's PPOv2).
    package var missingEosPenalty: Double?
    /// The score of an answer that did not end by itself, whatever the reward says (−1 in OpenAI's
    /// and the N+ code); before scaling and clipping.
    package var missingEosScore: Double?
    /// The reward sees answers up to and with the first token that has this text, and one without
    /// such a token counts as not ended (OpenAI 2019: "."); nil: up to the end token.
    package var truncateAt: String?
    /// Tokens before `truncateAt` is looked for, ≥ 0 (OpenAI 2019: 16).
    package var truncateAfter = 0
    /// Scale rewards to variance 1 before advantages are computed.
    package var whitenRewards = false
    /// Where the score stands: at the last token, or, where there is room, one place after it, whose
    /// value is read there too (TRL's PPOv2, N+).
    package var scorePosition = ScorePosition.lastToken

    // MARK: Advantages and losses

    /// Discount per token, in 0…1.
    package var gamma = 1.0
    /// λ of generalised advantage estimation, in 0…1.
    package var lam = 0.95
    /// Move advantages to mean 0 and scale them to variance 1.
    package var whitenAdvantages = true
    /// Whitening by Σ(x − m)²/(n − 1) (TRL, PyTorch) or by Σ(x − m)²/n (OpenAI, TensorFlow).
    package var whiteningVariance = WhiteningVariance.unbiased
    /// How far the ratio of probabilities may leave 1 before it is clipped, > 0.
    package var cliprange = 0.2
    /// How far a value may leave its old one before it is clipped, > 0; nil: values are not clipped.
    package var cliprangeValue: Double? = 0.2
    /// Weight of the value loss, ≥ 0.
    package var vfCoef = 0.1
    /// Weight of the entropy bonus −c·H, ≥ 0 (Schulman et al. 2017, eq. 9).
    package var entropyCoef = 0.0
    /// Weight γ of the pretraining loss, ≥ 0 (Ouyang et al. 2022, eq. 2: PPO-ptx); needs ptx texts.
    package var ptxCoef = 0.0

    // MARK: The value function

    /// Whose hidden states the value is read from.
    package var valueModel = ValueModel.shared
    /// How the value head begins.
    package var valueHeadInit = ValueHeadInit.linear
    /// Whether the value head's bias is trained (TRL 0.11: yes), or stays as it began: PPOv2's head is
    /// that of a sequence classifier, which has none.
    package var valueHeadBias = true

    // MARK: Batches

    /// Prompts a step of `run` takes, ≥ 1; nil: all there are, at most 128 (TRL: 128).
    /// `rollout` and `step` take what they are given.
    package var batchSize: Int?
    /// Answers an optimizer step sees, ≥ 1; nil: the whole batch (TRL: 128, its batch).
    package var miniBatchSize: Int?
    /// Mini-batches whose gradients are averaged before an optimizer step, ≥ 1.
    package var gradientAccumulationSteps = 1
    /// Passes over a batch, ≥ 1.
    package var ppoEpochs = 4
    /// Whether to end a step's passes when the policy moved more than 1.5 · targetKl.
    package var earlyStopping = false
    /// Nats a token, > 0; read only where earlyStopping is on.
    package var targetKl = 1.0
    /// A mini-batch whose mean ratio is above this teaches nothing, > 0; nil: all teach.
    package var ratioThreshold: Double? = 10.0

    // MARK: Generation

    /// Most tokens of an answer, ≥ 1 (TRL's classic trainer leaves this to `generate`).
    package var maxTokens = LengthLimit(40)
    /// Tokens before an answer may end, ≥ 0.
    package var minTokens = 0
    /// Of sampling, ≥ 0.
    package var temperature = 1.0
    /// Whether log-probabilities of policy and reference are those of the sampling temperature
    /// (lm-human-preferences; 0 counts as 1), or always of 1 (TRL 0.11).
    package var scaleLogprobs = true
    /// Keep the k likeliest tokens, ≥ 0; 0 keeps all.
    package var topK = 0
    /// Keep the likeliest tokens that hold this share of the probability, in (0, 1].
    package var topP = 1.0
    /// Texts that end an answer.
    package var stop: [String] = []

    package init() {}

    /// The temperature at which log-probabilities are taken.
    package var logProbTemperature: Double {
      scaleLogprobs && Float(temperature) > 0 ? temperature : 1
    }
  }

  /// Where an answer's score joins its rewards.
  package enum ScorePosition: String, SettingChoice {
    case lastToken = "last_token"
    case afterEnd = "after_end"
  }

  package enum WhiteningVariance: String, SettingChoice { case unbiased, biased }

  /// Whose hidden states the value head reads.
  package enum ValueModel: String, SettingChoice {
    /// The policy's own.
    case shared
    /// Those of a copy of the policy as it is when the trainer is made.
    case separate
    /// Those of a copy of the reward model, whose head the value head begins as (InstructGPT, N+).
    case reward
  }

  package enum ValueHeadInit: String, SettingChoice {
    /// U(−1/√C, 1/√C), PyTorch's `nn.Linear` (TRL 0.11).
    case linear
    /// All 0 (OpenAI 2019).
    case zero
    /// N(0, 0.2), bias 0 (TRL's `v_head_init_strategy="normal"`).
    case normal

    var initialization: ValueHead.Initialization {
      switch self {
      case .linear: .torchLinear
      case .zero: .normal(0)
      case .normal: .normal(0.2)
      }
    }
  }
}
