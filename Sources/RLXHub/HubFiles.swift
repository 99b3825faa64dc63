/// Which files of a repository a model is made of.
package enum HubFiles {
  package static let weights = "model.safetensors"
  package static let index = "model.safetensors.index.json"

  /// What is taken wherever it is there: configuration, tokenizer, chat template. No text about the
  /// model, no weights in other formats.
  package static let small = [
    "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json",
    "special_tokens_map.json", "added_tokens.json", "chat_template.jinja", "chat_template.json",
  ]

  /// What a PEFT adapter is made of.
  package static let adapter = ["adapter_config.json", "adapter_model.safetensors"]

  /// What only says how texts become ids.
  package static let tokenizer = [
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
    "chat_template.jinja", "chat_template.json",
  ]

  /// The files to take of those a repository has, the small ones first; nil if there are no weights
  /// among them. Shards of an index are only known once the index is read.
  static func chosen(of all: [String], part: Part) -> [String]? {
    switch part {
    case .tokenizer: return tokenizer.filter(all.contains)
    case .model:
      let found = small.filter(all.contains)
      if all.contains(weights) { return found + [weights] }
      if all.contains(index) { return found + [index] }
      return nil
    case .adapter: return adapter.allSatisfy(all.contains) ? adapter : nil
    }
  }

  /// How much of a repository is wanted.
  package enum Part: Sendable { case model, tokenizer, adapter }

  /// Weights that are there in a form that is not read.
  static func otherWeights(of all: [String]) -> [String] {
    all.filter { name in
      [".bin", ".pt", ".pth", ".gguf", ".h5", ".msgpack", ".safetensors"].contains {
        name.hasSuffix($0)
      }
    }
  }

  /// Whether a path stays within the folder it is taken to belong to.
  static func isPlain(_ path: String) -> Bool {
    !path.utf8.contains(0)
      && path.split(separator: "/", omittingEmptySubsequences: false)
        .allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
  }
}
