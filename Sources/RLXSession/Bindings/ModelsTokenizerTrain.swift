import RLXData
import RLXModels
import RLXScript

extension TokenizerMethods {
  /// `Tokenizer.train`: byte-pair encoding learned from texts.
  static var train: FunctionSpec {
    FunctionSpec(
      "train",
      "Makes a byte-level BPE tokenizer for texts, laid out as GPT-2's: the special tokens, the 256 "
        + "bytes, then the merges of Hugging Face's BpeTrainer. Any text comes back from its ids. "
        + "The first special token becomes bos and eos; special tokens within the texts are text.",
      parameters: [
        ParameterSpec(
          "texts", .oneOf([.host(DatasetObject.typeName), .listOf(.string), .string]),
          example: "Dataset(\"stories.jsonl\")",
          doc: "a Dataset of texts, prompts or demonstrations, or a list of texts"),
        ParameterSpec(
          "vocab_size", .int, range: .between(256, Double(Tokenizer.largestSize)),
          default: .int(2048), doc: "tokens, fewer if the texts are too small for so many"),
        ParameterSpec(
          "special_tokens", .listOf(.string), default: .list([.string("<|endoftext|>")]),
          example: "[\"<|endoftext|>\"]", doc: "marks that are one token each, with ids from 0 on"),
        ParameterSpec(
          "min_frequency", .int, range: .atLeast(0), default: .int(0),
          doc: "how often a pair must occur to become a token"),
      ], returns: "Tokenizer",
      example: "Tokenizer.train([\"Once upon a time\", \"One day\"], vocab_size: 270)"
    ) { call in
      let special = try call.list("special_tokens").map { value in
        guard case .string(let text) = value else {
          throw call.wrong("special_tokens", "a list of strings")
        }
        return text.string
      }
      let tokenizer = try Tokenizer.train(
        on: texts(call), size: try call.int("vocab_size"), specialTokens: special,
        minimum: try call.int("min_frequency"), point: call.effects.point)
      return .host(TokenizerObject(tokenizer, name: "trained"))
    }
  }

  static func save(_ core: SessionCore) -> FunctionSpec {
    FunctionSpec(
      "save", "Writes a folder that Tokenizer(…), Model(…) and Hugging Face tokenizers read.",
      parameters: [
        ParameterSpec("path", .string, example: "\"my-tokenizer\"", doc: "the folder")
      ], effects: .writes,
      example: "Tokenizer.train([\"Once\"], vocab_size: 260).save(\"my-tokenizer\")"
    ) { [unowned core] call in
      let tokenizer = try call.object(as: TokenizerObject.self).tokenizer
      try tokenizer.save(folder: try core.files.output(try call.string("path")))
      return .nil
    }
  }

  /// What to learn from: a prompt and its answer are one text, as a model reads them.
  private static func texts(_ call: Call) throws -> [String] {
    switch call.value("texts") {
    case .string(let text): return [text.string]
    case .host(let object):
      guard let data = (object as? DatasetObject)?.dataset else { break }
      if data.type == .promptOnly { return try data.prompts() }
      return try data.demonstrations().map { ($0.prompt ?? "") + $0.completion }
    case let list:
      return try (list.asElements() ?? []).map { value in
        guard case .string(let text) = value else { throw call.wrong("texts", "texts") }
        return text.string
      }
    }
    throw call.wrong("texts", "a Dataset or a list of texts")
  }
}
