import RLXModels
import RLXScript
import RLXTraining

/// What goes on around the steps of a trainer that runs. After each step, in this order: evaluation and
/// samples where they are due, the question whether to stop, the log's files, a save, progress.
final class TrainingRun {
  /// What a trainer does when it is told to.
  struct Work {
    /// Measures the held-out data; nil where none were given.
    var evaluate: ((Report) throws -> Metrics)?
    /// Answers the sample prompts; nil where there are none.
    var sample: ((Report) throws -> [LoggedSample])?
    /// Whether what was measured says that the run is to end.
    var isEnough: (() -> Bool)?
    /// Changes the trainer after the last step; says whether it did.
    var finish: (() -> Bool)?
  }

  private let object: any TrainerObject
  private let call: Call
  private let core: SessionCore
  private let work: Work
  private let evalSteps, sampleSteps: Int?
  private let until: FunctionValue?
  private let folder: LogFolder?
  private let saving: PeriodicSave
  /// The steps of this run: those the trainer reports, unless its reports count otherwise.
  private let steps: Int?
  private var done = 0
  private var warnings: [TrainWarning] = []

  init(
    _ object: any TrainerObject, _ call: Call, _ core: SessionCore, _ work: Work, steps: Int? = nil
  ) throws {
    self.object = object
    self.call = call
    self.core = core
    self.work = work
    self.steps = steps
    evalSteps = try Self.interval("eval_steps", of: "eval", call)
    sampleSteps = try Self.interval("sample_steps", of: "sample", call)
    until = try call.isGiven("until") ? call.function("until") : nil
    folder = try Self.folder(call, core)
    saving = try PeriodicSave(object, call, core)
  }

  /// Runs the trainer to its end, or to the end that `until` finds.
  func perform(_ progress: @escaping Report, _ body: (Report) throws -> Void) throws {
    let saved = saving.after(progress)
    defer {
      core.endProgress()
      core.warn(object.typeName, warnings)
    }
    try folder?.follow(object.state.log)
    do {
      try body { [self] in try step($0, progress, saved) }
    } catch is RunEnd {}
    try saving.finish(changed: work.finish?() ?? false)
  }

  private func step(_ found: TrainProgress, _ progress: Report, _ saved: Report) throws {
    guard found.metrics != nil else { return try progress(found) }
    var found = found
    done += 1
    warnings += found.warnings
    let isLast = done == steps ?? found.total
    try examine(isLast: isLast, progress)
    let ends = try isEnough()
    if ends && !isLast { try examine(isLast: true, onlyAtEnd: true, progress) }
    found.metrics = object.state.log.entries.last
    try folder?.follow(object.state.log)
    try saved(found)
    if ends { throw RunEnd() }
  }

  /// Evaluates and samples what is due: every so many steps of the trainer, or else after the last.
  private func examine(isLast: Bool, onlyAtEnd: Bool = false, _ progress: Report) throws {
    func isDue(_ every: Int?) -> Bool {
      every.map { !onlyAtEnd && object.state.log.count % $0 == 0 } ?? isLast
    }
    if let evaluate = work.evaluate, isDue(evalSteps) {
      let found = try evaluate(progress)
      object.state.record { $0.amend(found) }
    }
    if let sample = work.sample, isDue(sampleSteps) {
      let found = try sample(progress)
      object.state.record { $0.add(found) }
      for one in found {
        core.note(
          "step \(one.step): \(TextWidth.visible(one.prompt)) → \(TextWidth.visible(one.response))")
      }
    }
  }

  private func isEnough() throws -> Bool {
    if work.isEnough?() == true { return true }
    guard let until else { return false }
    let answer = try call.call(until, [.host(object.logObject)])
    guard case .bool(let ends) = answer else {
      throw Fault(
        .type,
        "\(call.spec.qualifiedName): until: expected true or false from the function, got "
          + answer.described, remedy: "until: fn(log) => log[-1].loss < 1", parameter: "until")
    }
    return ends
  }

  /// An interval that says nothing without what it is the interval of; nil where the trainer has none.
  private static func interval(_ name: String, of what: String, _ call: Call) throws -> Int? {
    guard call.spec.parameters.contains(where: { $0.name == name }), call.isGiven(name) else {
      return nil
    }
    guard call.isGiven(what) else {
      throw Fault(
        .argument, "\(call.spec.qualifiedName): \(name): there is no \(what)",
        remedy: call.spec.parameters.first { $0.name == what }?.example.map { "\(what): \($0)" },
        parameter: name)
    }
    return try call.int(name)
  }

  private static func folder(_ call: Call, _ core: SessionCore) throws -> LogFolder? {
    let forms = try call.optional("report_to").map { value in
      try (value.asElements() ?? [value]).map { name in
        guard case .string(let text) = name, let form = TrainLog.Form(rawValue: text.string) else {
          throw call.wrong("report_to", "\"jsonl\", \"tensorboard\" or a list of them")
        }
        return form
      }
    }
    guard call.isGiven("logging_dir") else {
      guard forms == nil else {
        throw Fault(
          .argument, "\(call.spec.qualifiedName): report_to: there is no logging_dir to write to",
          remedy: "logging_dir: \"my-log\"", parameter: "report_to")
      }
      return nil
    }
    let place = try core.files.output(try call.string("logging_dir"))
    return try LogFolder(place, forms: forms ?? TrainLog.Form.allCases)
  }
}

extension TrainingRun {
  /// The keywords of `run` and `fit`. `held` is what is evaluated on.
  static func parameters(held: ParameterSpec, samples: [ParameterSpec] = samples) -> [ParameterSpec]
  {
    [
      ParameterSpec(
        "eval", held.type, optional: true, aliases: ["eval_dataset"],
        example: held.example ?? "held_out",
        doc: "data that are not trained on; eval_loss and the like go into the log"),
      ParameterSpec(
        "eval_steps", .int, range: .atLeast(1), optional: true, example: "50",
        doc: "steps of the trainer from one evaluation to the next; without it after the last step"),
    ] + samples + [
      ParameterSpec(
        "until", .function, optional: true, example: "fn(log) => log[-1].loss < 1",
        doc: "asked after each step with the log so far; true ends the run there"),
      ParameterSpec(
        "logging_dir", .string, optional: true, example: "\"my-log\"",
        doc: "a folder that gets the whole log, as it grows"),
      ParameterSpec(
        "report_to", .oneOf([.string, .listOf(.string)]), optional: true,
        example: "\"tensorboard\"",
        doc: "the files in it: \"jsonl\", \"tensorboard\" or a list; without it both"),
    ] + CheckpointMethods.parameters
  }

  /// Of trainers whose model can be asked.
  static var samples: [ParameterSpec] {
    [
      ParameterSpec(
        "sample", TextReader.promptTypes, optional: true, example: "[\"Once upon a time\"]",
        doc: "prompts that are answered to look at; the answers are log.samples"),
      ParameterSpec(
        "sample_steps", .int, range: .atLeast(1), optional: true, example: "50",
        doc: "steps of the trainer from one sampling to the next; without it after the last step"),
    ]
  }

  /// How long samples are, where the trainer has no setting for it.
  static var sampleTokens: ParameterSpec {
    ParameterSpec(
      "sample_tokens", .int, range: .atLeast(1), default: .int(40),
      doc: "the most tokens of a sample")
  }

  /// Rows that are only read after the first steps: that there are none is said before.
  @discardableResult
  static func require<Row>(_ rows: [Row], _ parameter: String, _ call: Call) throws -> [Row] {
    guard rows.isEmpty else { return rows }
    throw Fault(
      .value, "\(call.spec.qualifiedName): \(parameter): expected at least one row, got none",
      parameter: parameter)
  }

  /// What answers the prompts of `sample`, nil where there are none; in groups that fit into memory.
  static func sampling(
    _ object: any TrainerObject, _ model: LanguageModel, _ call: Call,
    _ generation: GenerationSettings
  ) throws -> ((Report) throws -> [LoggedSample])? {
    guard call.isGiven("sample") else { return nil }
    let prompts = try TextReader(model.tokenizer, call, "sample").prompts(call.value("sample"))
    try require(prompts, "sample", call)
    for prompt in prompts { try model.check(prompt.tokens, "a prompt of sample") }
    try ModelMemory(model: model, owner: call.spec.qualifiedName).check(
      generating: prompts.map(\.tokens.count), n: 1, maxTokens: generation.maxTokens)
    return { try object.state.sampled(prompts, generation, report: $0) }
  }
}
