import RLXModels
import RLXTensor

/// Seeded passes over `n` rows: each pass visits every row once, in an order of its own.
///
/// Keeps its place between calls, so that four steps and then six are ten. If `n` changes a new
/// pass begins.
package struct Passes: Equatable, Sendable {
  package private(set) var order: [Int] = []
  package private(set) var position = 0
  /// Passes begun.
  package private(set) var pass = 0

  package init() {}

  /// A place in a pass that was kept; nil if it is none: not every row once, or beyond them.
  init?(order: [Int], position: Int, pass: Int) {
    guard (0...order.count).contains(position), pass >= 0,
      order.sorted().elementsEqual(order.indices)
    else { return nil }
    (self.order, self.position, self.pass) = (order, position, pass)
  }

  /// The next `size` rows of the pass, fewer at its end; a new pass begins where one has ended.
  package mutating func next(_ size: Int, of n: Int, draws: inout TrainerDraws) -> [Int] {
    if order.count != n || position >= n {
      order = draws.next(.shuffle).permutation(n)
      position = 0
      pass += 1
    }
    let rows = order[position..<min(position + size, n)]
    position += rows.count
    return Array(rows)
  }

  /// The next `size` rows, going on into the next pass where one ends.
  package mutating func wrapping(_ size: Int, of n: Int, draws: inout TrainerDraws) -> [Int] {
    var rows: [Int] = []
    while rows.count < size {
      rows += next(size - rows.count, of: n, draws: &draws)
    }
    return rows
  }
}

/// One optimizer over some parameters, with the checks every trainer wants around a step.
package final class Stepper {
  let trainer: String
  /// The name of the model.
  let model: String
  /// The model's parameters that are trained, then the others.
  let parameters: [Parameter]
  private let modelCount: Int
  /// Their names.
  let names: [String]
  package let optimizer: AdamW
  /// The models whose passes are recorded, and their networks when their parameters were taken.
  private let models: [(model: LanguageModel, family: any ModelFamily)]
  /// Of these only what `continues` compares was built into the optimizer.
  var settings: OptimizerSettings

  /// Throws `frozen` if no parameter of the model may change. `others`, such as a head, are trained
  /// with it.
  init(
    trainer: String, model: String, parameters: [Parameter],
    others: [(name: String, parameter: Parameter)] = [], models: [LanguageModel] = [],
    settings: OptimizerSettings
  ) throws(TrainingError) {
    let free = parameters.filter { !$0.isFrozen }
    guard !free.isEmpty else {
      throw parameters.contains { $0.packing?.dtype.trains == false }
        ? .neverTrains(trainer: trainer, model: model) : .frozen(trainer: trainer, model: model)
    }
    self.trainer = trainer
    self.model = model
    self.models = models.map { ($0, $0.family) }
    modelCount = free.count
    self.parameters = free + others.map(\.parameter)
    names = free.map(\.name) + others.map(\.name)
    self.settings = settings
    optimizer = AdamW(self.parameters, settings.adamW)
  }

  /// Whether the optimizer made for the present settings serves these too: the learning rate, its
  /// schedule and clipping are read at each step.
  func continues(_ other: OptimizerSettings) -> Bool {
    settings.adamBeta1 == other.adamBeta1 && settings.adamBeta2 == other.adamBeta2
      && settings.adamEpsilon == other.adamEpsilon && settings.weightDecay == other.weightDecay
      && settings.adamForm == other.adamForm
  }

  /// Optimizer steps completed.
  package var steps: Int { optimizer.steps }

  /// The steps there will have been after `count` more, and no fewer than `maxSteps`: what a
  /// schedule of the learning rate goes over.
  func planned(_ count: Int, maxSteps: Int?) -> Int {
    let (sum, overflows) = steps.addingReportingOverflow(count)
    return max(overflows ? .max : sum, maxSteps ?? 0)
  }

  /// Forgets gradients that somebody else left, or a step that was given up. Throws `frozen` if the
  /// model was frozen since the trainer was made.
  func begin() throws(TrainingError) {
    guard models.allSatisfy({ $0.model.family === $0.family }) else {
      throw .changed(trainer: trainer, model: model)
    }
    guard parameters.prefix(modelCount).contains(where: { !$0.isFrozen }) else {
      throw .frozen(trainer: trainer, model: model)
    }
    for (model, _) in models { model.checkpointsLayers = settings.gradientCheckpointing }
    optimizer.zeroGradients()
  }

  /// Throws `notFinite`, naming the tensor, if any of its numbers is NaN or infinite.
  func check(_ tensor: Tensor, _ name: String) throws(TrainingError) {
    guard !tensor.isFinite, let found = tensor.array.first(where: { !$0.isFinite }) else { return }
    throw .notFinite(trainer: trainer, tensor: name, step: steps + 1, found: "\(found)")
  }

  /// Adds `loss`'s gradient, times `scale`, to the parameters'. A loss that is not finite throws
  /// before anything changes. Whatever throws, a stop on the way among it, leaves no gradients.
  func backward(_ loss: Tensor, scale: Float = 1) throws {
    do {
      try check(loss, "loss")
      let done: Void? = try PassWatch.pass { () throws(GradientError) in
        try (scale == 1 ? loss : loss * scale).backward()
      }
      guard done != nil else { throw ModelError.stopped }
    } catch {
      optimizer.zeroGradients()
      throw error
    }
  }

  /// Gives every parameter a gradient, 0 where it has none, so that `step` moves its moments.
  func addZeroGradients() {
    for parameter in parameters where parameter.gradient == nil {
      parameter.gradient = .zeros(parameter.shape)
    }
  }

  /// Clips the gradients, steps and forgets them. Returns their norm before clipping.
  ///
  /// A gradient that is not finite throws with the parameter's name, and nothing has changed.
  @discardableResult
  func step(learningRate: Double) throws(TrainingError) -> Double {
    defer { optimizer.zeroGradients() }
    let limit = settings.maxGradNorm.map { Float($0) } ?? .infinity
    let norm = gradientNorm(parameters)
    guard norm.isFinite else {
      let bad = parameters.firstIndex { parameter in
        parameter.gradient?.array.contains { !$0.isFinite } ?? false
      }
      throw .notFinite(
        trainer: trainer, tensor: "gradient of \(bad.map { names[$0] } ?? "all parameters")",
        step: steps + 1,
        found: "\(norm)")
    }
    optimizer.step(
      learningRate: Float(learningRate), gradientScale: clippingFactor(norm: norm, maxNorm: limit))
    return Double(norm)
  }
}
