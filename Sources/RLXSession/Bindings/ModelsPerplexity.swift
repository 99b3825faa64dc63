import Glibc
import RLXModels
import RLXScript
import RLXTensor
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
            "a Dataset, Preferences (their chosen answers), or texts or maps {prompt, completion}"),
        ParameterSpec(
          "interval", .bool, default: .bool(false),
          doc: "whether to give a Measure with a bootstrap interval over the rows, which draws"),
      ], returns: "float, or Measure with interval: true",
      example: "\(model).perplexity([\"Once upon a time\"])"
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
      if try call.bool("interval") {
        let rows = try object.model.likelihoods(of: pairs) {
          try core.progress("perplexity", $0, of: pairs.count)
        }
        let interval = BootstrapInterval(
          ratio: rows.map(\.negativeLogLikelihood), by: rows.map { Double($0.tokens) },
          draw: core.nextDraw(.evaluation), transform: { exp($0) })
        return .host(MeasureObject(interval, unit: "row"))
      }
      let found = try object.model.likelihood(of: pairs) {
        try core.progress("perplexity", $0, of: pairs.count)
      }
      return .float(found.perplexity)
    }
  }
}
