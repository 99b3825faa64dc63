import RLXModels
import RLXScript
import RLXTraining

extension ModelMethods {
  /// `policy.perplexity(dataset)`.
  static func perplexity(_ core: SessionCore) -> FunctionSpec {
    method(
      "perplexity",
      "How surprised the model is by texts: exp of the mean negative log-likelihood of a token. 1 "
        + "is certainty, the vocabulary's size is ignorance; it compares models of one tokenizer. "
        + "Of a text all tokens but the first count, of {prompt, completion} those of the completion.",
      parameters: [
        ParameterSpec(
          "data", TextReader.exampleTypes, example: "Dataset([\"Once upon a time\"])",
          doc:
            "a Dataset, Preferences (their chosen answers), or texts or maps {prompt, completion}")
      ], returns: "float", example: "\(model).perplexity([\"Once upon a time\"])"
    ) { [unowned core] object, call in
      let owner = call.spec.qualifiedName
      let examples = try TextReader(object, call, "data").examples(call.value("data"))
      let pairs = try examples.enumerated().map { row, example -> TokenPair in
        let all = example.prompt + example.completion
        let given = max(1, example.prompt.count)
        guard all.count > given else {
          throw Fault(.value, "\(owner): row \(row) has no token to predict", parameter: "data")
        }
        guard all.count <= object.model.config.context else {
          throw Fault(
            .value,
            "\(owner): row \(row) has \(all.count) tokens, the model reads at most "
              + "\(object.model.config.context)", remedy: "leave out longer rows: data.filter(…)",
            parameter: "data")
        }
        return (Array(all[..<given]), Array(all[given...]))
      }
      guard !pairs.isEmpty else {
        throw Fault(
          .value, "\(owner): expected texts, got none", remedy: "[\"Once upon a time\"]",
          parameter: "data")
      }
      defer { core.endProgress() }
      let found = try object.model.likelihood(of: pairs) {
        try core.progress("perplexity", $0, of: pairs.count)
      }
      return .float(found.perplexity)
    }
  }
}
