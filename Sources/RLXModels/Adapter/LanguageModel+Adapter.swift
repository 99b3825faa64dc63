import RLXTensor

extension LanguageModel {
  /// What of a model is replaced when it is adapted or merged: its network, and what belongs to it.
  /// The parameters' values are no part of it.
  package struct Form {
    var family: any ModelFamily
    var adapter: LoRA?
    /// What it was before its adapter was merged.
    var unmerged: UnmergedForm?
  }

  /// The form before a merge.
  final class UnmergedForm {
    let family: any ModelFamily
    let adapter: LoRA

    init(_ family: any ModelFamily, _ adapter: LoRA) {
      self.family = family
      self.adapter = adapter
    }
  }

  /// Whether an adapter has been merged into the weights and can be taken out again.
  package var isMerged: Bool { form.unmerged != nil }

  /// The layers that can have adapters.
  package var linearLayers: [LinearLayer] { family.linearLayers }

  /// Gives the layers that the settings name fresh adapters, and freezes all else: only the adapters
  /// train. Throws where there is an adapter already, or a target names nothing.
  package func addLoRA(_ settings: LoRA.Settings, draw: Draw) throws(ModelError) {
    try attach { () throws(ModelError) in
      try LoRA.fresh(settings, for: linearLayers, draw: draw)
    }
  }

  /// Puts an adapter onto the network.
  func attach(_ make: () throws(ModelError) -> LoRA) throws(ModelError) {
    guard adapter == nil else {
      throw .adapter(
        found: "a model that has an adapter", wanted: "one without",
        remedy: "merge() takes it into the weights, without_adapter() leaves it out")
    }
    let adapter = try make()
    for parameter in family.parameters { parameter.isFrozen = true }
    form = Form(family: family.adapted(by: adapter, isTrunk: false), adapter: adapter)
  }

  /// The network without its adapter, under the same weights: they are the same objects, and stay
  /// frozen. Throws where there is no adapter.
  package func withoutAdapter() throws(ModelError) -> LanguageModel {
    guard adapter != nil else { throw Self.noAdapter }
    return with(family.adapted(by: nil, isTrunk: false), nil)
  }

  /// Whether this is another model without its adapter, on the same weights.
  package func isBase(of other: LanguageModel) -> Bool {
    guard adapter == nil, other.adapter != nil else { return false }
    let (mine, theirs) = (family.parameters, other.family.parameters)
    return mine.count == theirs.count && zip(mine, theirs).allSatisfy { $0 === $1 }
  }

  /// Takes the adapter into the weights, W + s · B A, which are the model's own and not frozen from
  /// then on; whoever shares the base keeps it as it is.
  package func merge() throws(ModelError) {
    guard let adapter else { throw Self.noAdapter }
    let before = UnmergedForm(family, adapter)
    let merged = family.adapted(by: nil, isTrunk: false).duplicate()
    let layers = Dictionary(
      linearLayers.map { ($0.name + ".weight", $0) }, uniquingKeysWith: { first, _ in first })
    for parameter in merged.parameters {
      guard let layer = layers[parameter.name], let pair = adapter[layer.name] else { continue }
      parameter.value = parameter.value + pair.change(layer.layout)
    }
    form = Form(family: merged, adapter: nil, unmerged: before)
  }

  /// Takes back `merge`: weights and adapter are again what they were before it, to the bit.
  package func unmerge() throws(ModelError) {
    guard let before = form.unmerged else {
      throw .adapter(
        found: "a model with no merged adapter", wanted: "one after merge()", remedy: nil)
    }
    form = Form(family: before.family, adapter: before.adapter)
  }

  static var noAdapter: ModelError {
    .adapter(
      found: "a model without an adapter", wanted: "one with an adapter",
      remedy: "lora(rank: 8) gives it one")
  }
}
