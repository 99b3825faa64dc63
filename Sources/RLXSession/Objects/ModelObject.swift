import RLXModels
import RLXScript
import RLXTensor

/// A language model as scripts hold it: a reference, changed in place by trainers.
package final class ModelObject: Digestible {
  package static let typeName = "Model"

  package let model: LanguageModel
  /// What the script calls it: the last part of its path.
  package let name: String
  package let identity = ObjectIdentity()

  package init(_ model: LanguageModel, name: String? = nil) {
    self.model = model
    self.name = name ?? model.name
  }

  package var typeName: String { Self.typeName }

  package func display(_ style: DisplayStyle) -> String {
    let view = ViewStyle(style)
    let config = model.config
    var facts = [
      "Model \(name)", config.family.rawValue,
      NumberText.count(model.parameterCount, "parameter"), model.dtype.words,
    ]
    if model.isFrozen { facts.append("frozen") }
    if let adapter = model.adapter { facts.append("LoRA of rank \(adapter.settings.rank)") }
    let shape =
      "\(NumberText.count(config.layers, "layer")) of width \(config.width), "
      + "\(NumberText.count(config.heads, "head")) (\(config.kvHeads) of keys and values), "
      + "vocabulary \(NumberText.grouped(config.vocabulary)), "
      + "context \(NumberText.grouped(config.context))"
    let heading =
      Wrap.lines(facts.joined(separator: view.separator), columns: view.columns)
      .map { view.paint($0, .bold) }
    let layers = LayerTable(
      parts: model.parameters.map {
        LayerTable.Part(name: $0.name, shape: $0.shape.dims, isFrozen: $0.isFrozen)
      })
    return
      (heading + Wrap.lines(shape, columns: view.columns - 2).map { "  " + $0 }
      + layers.lines(view)).joined(separator: "\n")
  }

  package func plain() throws -> Value? {
    let config = model.config
    return .map([
      ("name", .string(name)), ("family", .string(config.family.rawValue)),
      ("parameters", .int(model.parameterCount)), ("layers", .int(config.layers)),
      ("width", .int(config.width)), ("heads", .int(config.heads)),
      ("kv_heads", .int(config.kvHeads)), ("vocabulary", .int(config.vocabulary)),
      ("context", .int(config.context)), ("frozen", .bool(model.isFrozen)),
      ("dtype", .string(model.dtype.rawValue)),
    ])
  }

  /// One map {name, shape, count} a tensor, in the order of the checkpoint.
  var parameterTable: Value {
    .list(
      model.parameters.map { parameter in
        .map([
          ("name", .string(parameter.name)),
          ("shape", .list(parameter.shape.dims.map { .int($0) })),
          ("count", .int(parameter.shape.count)),
        ])
      })
  }

  /// Its network too: adapting and merging replace it.
  package var objectState: ObjectState {
    let form = model.form
    var state = ObjectState(model.parameters)
    let putBack = state.putBack
    state.putBack = { [model] tensors in
      model.form = form
      try putBack?(tensors)
    }
    // The weights under an adapter may be another model's too.
    if let adapter = model.adapter {
      state.release = { for parameter in adapter.parameters { parameter.value = .zeros([]) } }
    }
    return state
  }

  package func absorb(into digest: inout DigestBuilder) {
    digest.text(name)
    digest.count(model.parameters.count)
    for parameter in model.parameters {
      digest.text(parameter.name)
      digest.flag(parameter.isFrozen)
      digest.tensor(parameter.value)
    }
  }
}

extension DType {
  /// What a model's heading calls it.
  fileprivate var words: String {
    switch self {
    case .float32: "float32"
    case .bfloat16: "bf16"
    case .int8: "8-bit numbers"
    }
  }
}

extension DigestBuilder {
  /// A tensor's shape and every element, by bit pattern.
  mutating func tensor(_ tensor: Tensor) {
    count(tensor.rank)
    for size in tensor.shape.dims { count(size) }
    tensor.withFloats { floats($0) }
  }
}
