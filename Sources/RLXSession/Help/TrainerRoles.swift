import RLXModels
import RLXScript
import RLXTraining

/// The names by which a session calls its objects.
struct SessionNames {
  private let globals: [(name: String, value: Value)]

  init(_ interpreter: Interpreter) {
    globals = interpreter.globalNames.compactMap { name in
      interpreter.global(name).map { (name, $0) }
    }
  }

  /// Of the very same object or function; nil where no name holds it.
  func name(of value: Value) -> String? {
    globals.first { entry in
      switch (entry.value, value) {
      case (.host(let a), .host(let b)): a === b
      case (.function(let a), .function(let b)): a === b
      default: false
      }
    }?.name
  }

  /// Its name and what it is, or only what it is.
  func called(_ value: Value) -> String {
    let what =
      switch value {
      case .host(let model as ModelObject): "Model \(model.name)"
      case .host(let trainer as any TrainerObject): trainer.summary
      case .function: value.shown
      default: value.described
      }
    return name(of: value).map { "\($0), \(what)" } ?? what
  }

  func called(_ object: any HostObject) -> String { called(.host(object)) }

  /// Objects of one type, with their names.
  func all<Object: HostObject>(_ type: Object.Type) -> [(name: String, object: Object)] {
    globals.compactMap { entry in
      guard case .host(let object) = entry.value, let object = object as? Object else { return nil }
      return (entry.name, object)
    }
  }

  /// The trainers of the session, each once, under its first name.
  var trainers: [(name: String, object: any TrainerObject)] {
    var found: [(name: String, object: any TrainerObject)] = []
    for case (let name, .host(let object as any TrainerObject)) in globals
    where !found.contains(where: { $0.object === object }) {
      found.append((name, object))
    }
    return found
  }
}

/// A trainer that can say which part each object of the session plays.
protocol Roled: TrainerObject {
  /// The parts of its method's theory and what plays them here.
  func roles(_ names: SessionNames) -> [(String, String)]
}

extension PPOObject: Roled {
  /// Reinforcement learning's words (Sutton and Barto, chapter 3) for a language model that answers.
  func roles(_ names: SessionNames) -> [(String, String)] {
    let vocabulary = NumberText.grouped(policy.model.config.vocabulary)
    let me = names.name(of: .host(self)) ?? "this trainer"
    let batches = names.all(PPOBatchObject.self).filter { $0.object.policy === policy }
    let gamma = trainer.settings.gamma
    return [
      ("agent", "\(me): it answers with the policy and learns from what comes of it"),
      ("policy", "\(names.called(policy)): π(token | state), which training changes"),
      ("state", "a prompt and the tokens answered so far, as ids"),
      ("action", "the next token, one of \(vocabulary); an answer is an episode of such actions"),
      (
        "environment",
        "appends the token and nothing else; ends the episode at an end token or after max_tokens. "
          + "Prompts are its first states"
      ),
      (
        "reward",
        "\(rewardWords(names)), at the last token; at each token -\(me).kl_coef · kl, now "
          + "\(NumberText.significant(trainer.klController.value))"
      ),
      ("reference", "\(referenceWords(names)), which kl is measured from"),
      (
        "value",
        "the value head, \(me).value_head: what reward it expects from a state on, with gamma "
          + NumberText.significant(gamma)
      ),
      ("advantage", "how much better an action was than the value said: batch.advantages"),
      (
        "experience",
        batches.isEmpty
          ? "a PPOBatch, from \(me).rollout(prompts); good for one update"
          : batches.map { "\($0.name), \($0.object.batch.stage.words)" }.joined(separator: "; ")
      ),
    ]
  }

  private func rewardWords(_ names: SessionNames) -> String {
    switch reward {
    case .nil: return "the scores given to step or score"
    case .list(let list):
      return list.elements.map { element in
        guard case .list(let pair) = element, pair.count == 2 else { return names.called(element) }
        return "\(pair.elements[1].shown) · \(names.called(pair.elements[0]))"
      }.joined(separator: " + ")
    default: return names.called(reward)
    }
  }

  private func referenceWords(_ names: SessionNames) -> String {
    names.name(of: .host(reference.object)).map { _ in names.called(reference.object) }
      ?? "a frozen copy of the policy as it was when the trainer was made"
  }
}

extension DPOObject: Roled {
  func roles(_ names: SessionNames) -> [(String, String)] {
    [
      ("policy", "\(names.called(policy)), which training changes"),
      (
        "reference",
        names.name(of: .host(reference.object))
          ?? "a frozen copy of the policy as it was when the trainer was made"
      ),
      ("reward", "none is fitted: beta · (log π - log π_ref) of an answer stands for it"),
      ("data", "pairs of answers to a prompt, the chosen and the rejected one"),
    ]
  }
}

extension SFTObject: Roled {
  func roles(_ names: SessionNames) -> [(String, String)] {
    [
      ("policy", "\(names.called(policy)), which training changes"),
      ("state", "a prompt and the tokens of its completion so far"),
      ("action", "the next token of the completion: imitated, not chosen"),
      ("data", "prompts with a completion to imitate, or whole texts"),
    ]
  }
}

extension RewardModelObject: Roled {
  func roles(_ names: SessionNames) -> [(String, String)] {
    let users = names.all(PPOObject.self).filter { entry in
      if case .host(let object) = entry.object.reward { return object === self }
      return false
    }
    return [
      ("model", "a copy of \(name): its weights and the head are what training changes"),
      ("score", "a number for prompt and answer, read at the answer's last token"),
      ("data", "comparisons: which of two answers people chose"),
      (
        "used by",
        users.isEmpty
          ? "no trainer of this session" : users.map(\.name).joined(separator: ", ")
      ),
    ]
  }
}

extension PRMObject: Roled {
  func roles(_ names: SessionNames) -> [(String, String)] {
    [
      ("model", "a copy of \(name): its weights and the head are what training changes"),
      ("score", "the probability that a step is right, read at the last token behind it"),
      ("data", "answers in steps, and whether each step is right"),
    ]
  }
}

extension TrainerObject {
  /// What it is, which part each object of the session plays, and where it stands.
  func explanation(_ names: SessionNames) -> String {
    var text = summary
    if let guide = TypeGuide.of(typeName) {
      text += "\n\nFormula\n" + guide.formula.map { "  " + $0 }.joined(separator: "\n")
    }
    if let me = self as? any Roled { text += "\n\nParts\n" + HelpText.columns(me.roles(names)) }
    let log = state.log
    let now = headlines.compactMap { name in
      log.last(name).map { (name, NumberText.significant($0)) }
    }
    text += "\n\nNow\n" + HelpText.columns([("steps", NumberText.grouped(log.count))] + now)
    if let first = headlines.first {
      let me = names.name(of: .host(self)) ?? "trainer"
      text += "\n\nexplain(\(me), \"\(first)\") says what a measurement means."
    }
    return text
  }

  /// One of its measurements, settings or members.
  func explanation(of name: String, _ book: HelpBook) throws -> String {
    let canonical = state.log.canonical(name)
    if let metric = Metric.named(canonical), metric.trainers.contains(typeName) {
      return MetricExplanation(metric: metric, log: state.log, settings: settings).text
    }
    if let setting = settings.first(where: { $0.name == name }) {
      let page = book.page(named: "\(typeName).\(name)") ?? "\(typeName).\(name)"
      return page + "\n\nNow\n  \(Value(setting.value).shown)"
    }
    if let page = book.page(ofMember: typeName + "." + name) { return page }
    let known =
      Metric.table.filter { $0.trainers.contains(typeName) }.map(\.name) + settings.map(\.name)
    let nearest = Spelling.nearest(name, among: known + state.log.aliases.map(\.alias))
    throw Fault(
      .name, "explain: \(typeName) has no measurement, setting or member \"\(name)\"",
      remedy: nearest.map { "explain(\(typeName.lowercased()), \"\($0)\")" }
        ?? "its measurements and settings: " + known.joined(separator: ", "))
  }
}
