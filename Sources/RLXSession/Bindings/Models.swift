import RLXModels
import RLXScript
import RLXTensor
import RLXTraining

/// Adds models, their answers and their tokenizers to a session.
package func registerModels(_ registry: Registry, core: SessionCore) {
  registry.add(
    HostType(
      ModelObject.typeName,
      "A language model with its tokenizer, from a Hugging Face folder. A reference: trainers "
        + "change it in place; copy() makes another.",
      constructor: ModelMethods.constructor(core), statics: [ModelMethods.new(core)],
      methods: [ModelMethods.generate(core)] + ModelMethods.measuring
        + [ModelMethods.perplexity(core)] + ModelMethods.keeping(core)
        + ModelMethods.adapters(core),
      properties: ModelMethods.properties))
  registry.add(
    HostType(
      CompletionObject.typeName, "One answer of a model to one prompt.",
      methods: [
        FunctionSpec(
          "plain", "The answer as a map.", returns: "map",
          example: "\(ModelMethods.answer)[0].plain()"
        ) { try $0.object(as: CompletionObject.self).plain() ?? .nil }
      ],
      properties: CompletionMethods.properties, example: "\(ModelMethods.answer)[0]"))
  registry.add(
    HostType(
      CompletionsObject.typeName,
      "The answers of a model, flat, prompt by prompt; behaves as a list of Completion.",
      methods: CompletionMethods.methods(registry),
      properties: CompletionMethods.listProperties, example: ModelMethods.answer))
  registry.add(TokenizerMethods.type(core))
  registry.add(BoundaryMethods.type)
}

enum ModelMethods {
  /// Examples in the documentation take the model that comes with rlx.
  static let model = "Model(\"nano\")"
  static let answer = "\(model).generate(\"Once\", max_tokens: 8)"
  static let files =
    [
      "config.json", "model.safetensors", "model.safetensors.index.json", "generation_config.json",
      "adapter/adapter_config.json", "adapter/adapter_model.safetensors",
    ] + Tokenizer.fileNames

  static func constructor(_ core: SessionCore) -> FunctionSpec {
    FunctionSpec(
      ModelObject.typeName,
      "Loads a Hugging Face folder of a family it knows (docs/models.md): config.json, model.safetensors (or "
        + "its shards), tokenizer.json.",
      parameters: [
        ParameterSpec(
          "path", .string, example: "\"models/stories260K\"",
          doc: "the folder, or the name of a model on a hub: \"owner/name\""),
        dtypeParameter(
          DType.allCases,
          "how products read the weights: float32, bf16 (with float32 ones behind, if it trains), or "
            + "8-bit numbers, which never train; without it as the folder was saved, or f32"),
      ] + HubChoice.parameters, effects: .reads, returns: "Model", example: model
    ) { [unowned core] call in
      let path = try call.string("path")
      let dtype = try ModelMethods.dtype(call)
      let hub = try HubChoice(call)
      let model = try ModelFolder.load(path, names: files, core, for: "Model", hub: hub) {
        try LanguageModel.load(folder: $0, dtype: dtype)
      }
      return .host(ModelObject(model, name: ModelFolder.name(path)))
    }
  }

  static func dtypeParameter(_ dtypes: [DType], _ doc: String) -> ParameterSpec {
    ParameterSpec(
      "dtype", .string, choices: dtypes.map(\.rawValue), optional: true, example: "\"bf16\"",
      doc: doc)
  }

  /// The dtype a call names, if it does.
  static func dtype(_ call: Call) throws -> DType? {
    try call.isGiven("dtype") ? DType(rawValue: call.string("dtype")) : nil
  }

  static func method(
    _ name: String, _ doc: String, parameters: [ParameterSpec] = [],
    effects: FunctionEffects = [], returns: String = "nil", example: String,
    _ body: @escaping (ModelObject, Call) throws -> Value
  ) -> FunctionSpec {
    FunctionSpec(
      name, doc, parameters: parameters, effects: effects, returns: returns, example: example
    ) { call in
      try body(call.object(as: ModelObject.self), call)
    }
  }

  static let textOrIDs: ValueType = .oneOf([.string, .listOf(.int)])

  static func keeping(_ core: SessionCore) -> [FunctionSpec] {
    [
      method(
        "copy",
        "A model of its own with the same weights, not frozen unless they are 8-bit numbers.",
        returns: "Model",
        example: "\(model).copy()"
      ) { object, _ in
        .host(ModelObject(object.model.copy(), name: object.name))
      },
      method(
        "freeze", "From now on nothing trains this model. Returns it.", effects: .mutates,
        returns: "Model", example: "\(model).copy().freeze()"
      ) { object, call in
        object.model.freeze()
        return call.receiver
      },
      method(
        "save", "Writes a Hugging Face folder that Model(…) reads back to the same bits.",
        parameters: [
          ParameterSpec("path", .string, example: "\"my-model\"", doc: "the folder"),
          ParameterSpec(
            "max_shard_size", .int, range: .atLeast(1), optional: true, example: "5000000000",
            doc: "most bytes of a file of weights; larger ones become several with an index"),
        ],
        effects: .writes, example: "\(model).save(\"my-model\")"
      ) { [unowned core] object, call in
        try object.model.save(
          folder: try core.files.output(try call.string("path")),
          maxShardSize: try call.isGiven("max_shard_size") ? call.int("max_shard_size") : nil)
        return .nil
      },
    ]
  }

  static var properties: [PropertySpec] {
    [
      PropertySpec("name", "The last part of its path.", returns: "string", of: ModelObject.self) {
        .string($0.name)
      },
      PropertySpec(
        "tokenizer", "Its tokenizer.", returns: "Tokenizer", of: ModelObject.self
      ) {
        .host(TokenizerObject($0.model.tokenizer, name: $0.name))
      },
      PropertySpec(
        "parameters", "Its tensors: {name, shape, count}, in the order of the checkpoint.",
        returns: "list of map", of: ModelObject.self
      ) {
        $0.parameterTable
      },
      PropertySpec(
        "parameter_count", "How many numbers it has.", returns: "int", of: ModelObject.self
      ) {
        .int($0.model.parameterCount)
      },
      PropertySpec(
        "context", "The most tokens it reads.", returns: "int", of: ModelObject.self
      ) {
        .int($0.model.config.context)
      },
      PropertySpec(
        "dtype", "How its products read the weights: \"f32\", \"bf16\" or \"q8\".",
        returns: "string", of: ModelObject.self
      ) {
        .string($0.model.dtype.rawValue)
      },
      PropertySpec(
        "frozen", "Whether nothing trains it.", returns: "bool", of: ModelObject.self
      ) {
        .bool($0.model.isFrozen)
      },
      PropertySpec(
        "adapter",
        "Its LoRA adapter, {rank, alpha, targets, rslora, layers, parameters}; nil "
          + "without one.", returns: "map or nil", of: ModelObject.self
      ) { adapter(of: $0) },
    ]
  }
}
