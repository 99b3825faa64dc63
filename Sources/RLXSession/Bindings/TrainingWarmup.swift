import RLXScript
import RLXTensor
import RLXTraining

/// Training before anybody has judged anything.
enum WarmupMethods {
  /// `setup` makes one called `rm`; `spoil` are the ways that it can see by default.
  static func warmup<Object: FittedObject>(
    _ type: Object.Type, _ core: SessionCore, _ setup: String, spoil: [TextCorruption]
  ) -> FunctionSpec {
    FunctionSpec(
      "warmup",
      "Trains without labels, before fit: good answers against the same ones spoilt, a stage of "
        + "preference model pre-training (Askell et al. 2021). Gives this fit's part of the log.",
      parameters: [
        ParameterSpec(
          "answers",
          .oneOf([
            .host(DatasetObject.typeName), .host(CompletionsObject.typeName), .list,
          ]), aliases: ["demos"],
          doc: "good answers: rows {prompt, completion}, texts, a Dataset of demonstrations"),
        ParameterSpec(
          "spoil", .listOf(.string),
          default: .list(spoil.map { .string($0.rawValue) }),
          doc: "\"other\": another prompt's answer, \"shuffle\": its words in another order, "
            + "\"repeat\": its first half twice, \"cut\": its first half"),
      ] + FittedMethods.settings(type), effects: .mutates, returns: "TrainLog",
      example: setup
        + "demos = [{prompt: \"Once\", completion: \" upon a time there was a dog\"}]\n"
        + "rm.warmup(demos, spoil: [\"repeat\", \"cut\"]).len  #> 1"
    ) { [unowned core] call in
      let object = try call.object(as: type)
      let settings = try Object.Trainer.defaults.applying(call)
      let kinds = try kinds(call)
      let reader = ComparisonReader(object.tokenizer, call, "answers")
      let good = try reader.answers(call.value("answers"))
      var draws = object.trained.draws
      var pairs: [Comparison<Sample>] = []
      for kind in kinds {
        let draw = draws.next(.shuffle)
        for (row, sample) in good.enumerated() {
          guard let spoilt = kind(good, row: row, draw: draw) else { continue }
          pairs.append(Comparison([sample, try reader.sample(sample.prompt, spoilt)]))
        }
      }
      guard !pairs.isEmpty else {
        throw Fault(
          .value,
          "\(call.spec.qualifiedName): answers: expected answers that can be spoilt, got "
            + (good.isEmpty ? "none" : "only such as stay the same"),
          remedy: "answers of several words", parameter: "answers")
      }
      let comparisons = try object.encoded(pairs, call, "answers", core)
      object.trained.draws = draws
      return try object.fit(comparisons, settings, core)
    }
  }

  private static func kinds(_ call: Call) throws -> [TextCorruption] {
    let kinds = try call.list("spoil").map { value in
      guard case .string(let name) = value, let kind = TextCorruption(rawValue: name.string)
      else {
        throw call.wrong(
          "spoil", "ways among " + TextCorruption.allCases.map(\.rawValue).joined(separator: ", "))
      }
      return kind
    }
    guard !kinds.isEmpty, Set(kinds).count == kinds.count else {
      throw Fault(
        .value,
        "\(call.spec.qualifiedName): spoil: expected different ways, got "
          + (kinds.isEmpty ? "none" : "one twice"), remedy: "spoil: [\"other\", \"cut\"]",
        parameter: "spoil")
    }
    return kinds
  }
}
