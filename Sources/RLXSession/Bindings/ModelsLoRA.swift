import RLXHub
import RLXModels
import RLXScript
import RLXTensor

/// Low-rank adapters of models.
extension ModelMethods {
  /// Lines that make an adapted model.
  private static let adapted = "policy = \(model).copy().lora(rank: 4)\n"

  static func adapters(_ core: SessionCore) -> [FunctionSpec] {
    [
      lora(core), loadAdapter(core), saveAdapter(core),
      method(
        "merge",
        "Takes the adapter into the weights, W + α/r · B A. Other models that share the weights keep "
          + "theirs; all weights train from then on. Returns the model.",
        effects: .mutates, returns: "Model",
        example: "\(adapted)policy.merge().adapter == nil #> true"
      ) { object, call in
        try object.model.merge()
        return call.receiver
      },
      method(
        "unmerge",
        "Takes back merge(): weights and adapter as they were before. Returns the model.",
        effects: .mutates, returns: "Model",
        example: "\(adapted)policy.merge().unmerge().adapter.rank #> 4"
      ) { object, call in
        try object.model.unmerge()
        return call.receiver
      },
      method(
        "without_adapter",
        "The model without its adapter, as a model of its own on the same weights: no copy, frozen.",
        returns: "Model", example: "\(adapted)policy.without_adapter().frozen #> true"
      ) { object, _ in
        .host(ModelObject(try object.model.withoutAdapter(), name: object.name))
      },
    ]
  }

  private static func lora(_ core: SessionCore) -> FunctionSpec {
    method(
      "lora",
      "Gives some layers low-rank adapters (Hu et al. 2021) and freezes all else: only the adapters "
        + "train. B begins at 0, so that nothing has changed yet. Returns the model.",
      parameters: [
        ParameterSpec(
          "rank", .int, range: .atLeast(1), default: .int(8), aliases: ["r"],
          doc: "the rank of the change of a layer"),
        ParameterSpec(
          "alpha", .number, range: .above(0), default: .int(16), aliases: ["lora_alpha"],
          doc: "the change is α/r · B A"),
        ParameterSpec(
          "targets", .listOf(.string), optional: true, aliases: ["target_modules"],
          example: "[\"q_proj\", \"v_proj\"]",
          doc: "names of layers or their ends; those of queries and values if not given"),
        ParameterSpec(
          "rslora", .bool, default: .bool(false), aliases: ["use_rslora"],
          doc: "whether the change is α/√r · B A (Kalajdzievski 2023)"),
      ], effects: [.mutates, .draws], returns: "Model",
      example: "\(adapted)policy.adapter.targets #> [\"q_proj\", \"v_proj\"]"
    ) { [unowned core] object, call in
      let settings = LoRA.Settings(
        rank: try call.int("rank"), alpha: try call.double("alpha"),
        targets: try targets(call, of: object.model),
        isRankStabilized: try call.bool("rslora"))
      try object.model.addLoRA(settings, draw: core.nextDraw(.initial))
      return call.receiver
    }
  }

  /// The targets given, else the layers that make queries and values, as PEFT takes by default.
  private static func targets(_ call: Call, of model: LanguageModel) throws -> [String] {
    guard call.isGiven("targets") else {
      let usual = ["q_proj", "v_proj", "c_attn", "query_key_value", "qkv_proj"]
      return usual.filter { end in
        model.linearLayers.contains { $0.name.hasSuffix("." + end) }
      }
    }
    return try call.list("targets").compactMap {
      if case .string(let text) = $0 { text.string } else { nil }
    }
  }

  private static func loadAdapter(_ core: SessionCore) -> FunctionSpec {
    method(
      "load_adapter",
      "Puts a LoRA adapter from a PEFT folder onto the model and freezes all else. Returns the model.",
      parameters: [
        ParameterSpec(
          "path", .string, example: "\"my-adapter\"",
          doc: "the folder, or the name of an adapter on a hub: \"owner/name\"")
      ] + HubChoice.parameters, effects: [.mutates, .reads], returns: "Model",
      example: "\(adapted)policy.save_adapter(\"my-adapter\")\n"
        + "\(model).copy().load_adapter(\"my-adapter\").adapter.rank #> 4"
    ) { [unowned core] object, call in
      let path = try call.string("path")
      try ModelFolder.load(
        path, names: HubFiles.adapter, core, for: "load_adapter",
        hub: HubChoice(call, part: .adapter)
      ) { try object.model.loadAdapter(folder: $0) }
      return call.receiver
    }
  }

  private static func saveAdapter(_ core: SessionCore) -> FunctionSpec {
    method(
      "save_adapter", "Writes the adapter alone, as a folder that PEFT and load_adapter read.",
      parameters: [ParameterSpec("path", .string, example: "\"my-adapter\"", doc: "the folder")],
      effects: .writes, example: "\(adapted)policy.save_adapter(\"my-adapter\")"
    ) { [unowned core] object, call in
      try object.model.saveAdapter(folder: try core.files.output(try call.string("path")))
      return .nil
    }
  }

  /// What is known of a model's adapter; nil without one.
  static func adapter(of object: ModelObject) -> Value {
    guard let adapter = object.model.adapter else { return .nil }
    let settings = adapter.settings
    return .map([
      ("rank", .int(settings.rank)), ("alpha", .float(settings.alpha)),
      ("targets", .list(settings.targets.map { .string($0) })),
      ("rslora", .bool(settings.isRankStabilized)), ("layers", .int(adapter.pairs.count)),
      ("parameters", .int(adapter.parameters.reduce(0) { $0 + $1.value.count })),
    ])
  }
}
