import RLXHub
import RLXModels
import RLXScript

enum TokenizerMethods {
  static let example = "\(ModelMethods.model).tokenizer"

  static func type(_ core: SessionCore) -> HostType {
    HostType(
      TokenizerObject.typeName, "Text to ids and back, as a tokenizer.json says.",
      constructor: FunctionSpec(
        TokenizerObject.typeName, "Loads the tokenizer.json of a folder.",
        parameters: [
          ParameterSpec(
            "path", .string, example: "\"models/stories260K\"",
            doc: "the folder, or the name of a model on a hub: \"owner/name\"")
        ] + HubChoice.parameters, effects: .reads, returns: "Tokenizer",
        example: "Tokenizer(\"nano\")"
      ) { [unowned core] call in
        let path = try call.string("path")
        let folder = path.hasSuffix("/tokenizer.json") ? String(path.dropLast(15)) : path
        let tokenizer = try ModelFolder.load(
          folder, names: Tokenizer.fileNames, core, for: "Tokenizer",
          hub: HubChoice(call, part: .tokenizer)
        ) { try Tokenizer.load(folder: $0) }
        return .host(TokenizerObject(tokenizer, name: ModelFolder.name(folder)))
      },
      statics: [train],
      methods: methods + [chat, boundary, save(core)],
      properties: [
        PropertySpec(
          "vocab_size", "One more than the largest id.", returns: "int", of: TokenizerObject.self
        ) {
          .int($0.tokenizer.vocabularySize)
        },
        PropertySpec(
          "name", "The name of its folder.", returns: "string", of: TokenizerObject.self
        ) {
          .string($0.name)
        },
        PropertySpec(
          "bos", "The id that begins a text, nil if none is named.", returns: "int or nil",
          of: TokenizerObject.self
        ) {
          $0.tokenizer.beginning.map { .int(Int($0)) } ?? .nil
        },
        PropertySpec(
          "eos", "The id that ends a text, nil if none is named.", returns: "int or nil",
          of: TokenizerObject.self
        ) {
          $0.tokenizer.end.map { .int(Int($0)) } ?? .nil
        },
      ])
  }

  private static var methods: [FunctionSpec] {
    [
      FunctionSpec(
        "encode", "The ids of a text.",
        parameters: [
          ParameterSpec("text", .string, example: "\"Once upon\"", doc: "the text"),
          ParameterSpec(
            "special", .bool, default: .bool(true),
            doc: "whether the special tokens around a text are put there"),
        ], returns: "list of int", example: "\(example).encode(\"Once upon\")"
      ) { call in
        let tokenizer = try call.object(as: TokenizerObject.self).tokenizer
        return .ids(
          try tokenizer.encoded(call.string("text"), special: call.bool("special")))
      },
      FunctionSpec(
        "decode", "The text of ids.",
        parameters: [
          ParameterSpec("ids", .listOf(.int), example: "[1, 403]", doc: "the ids"),
          ParameterSpec(
            "skip_special", .bool, default: .bool(false), aliases: ["skip_special_tokens"],
            doc: "whether special tokens are left out"),
        ], returns: "string", example: "\(example).decode([1, 403])"
      ) { call in
        let tokenizer = try call.object(as: TokenizerObject.self).tokenizer
        let ids = try known(TextReader(tokenizer, call, "ids").ids(call.value("ids")), tokenizer)
        return .string(tokenizer.decode(ids, skipSpecial: try call.bool("skip_special")))
      },
      FunctionSpec(
        "token", "The token of an id as it stands in the vocabulary.",
        parameters: [ParameterSpec("id", .int, example: "403", doc: "the id")],
        returns: "string or nil", example: "\(example).token(403)"
      ) { call in
        let tokenizer = try call.object(as: TokenizerObject.self).tokenizer
        guard let id = Int32(exactly: try call.int("id")) else { return .nil }
        return tokenizer.token(id).map { .string($0) } ?? .nil
      },
      FunctionSpec(
        "id", "The id of a token as it stands in the vocabulary, nil if there is none.",
        parameters: [ParameterSpec("token", .string, example: "\"<s>\"", doc: "the token")],
        returns: "int or nil", example: "\(example).id(\"<s>\")"
      ) { call in
        let tokenizer = try call.object(as: TokenizerObject.self).tokenizer
        return tokenizer.id(of: try call.string("token")).map { .int(Int($0)) } ?? .nil
      },
    ]
  }

  private static func known(_ ids: [Int32], _ tokenizer: Tokenizer) throws -> [Int32] {
    if let bad = ids.first(where: { tokenizer.token($0) == nil }) {
      throw ModelError.tokenOutsideVocabulary(
        token: Int(bad), vocabulary: tokenizer.vocabularySize)
    }
    return ids
  }
}
