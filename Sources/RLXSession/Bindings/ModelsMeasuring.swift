import RLXModels
import RLXScript
import RLXTensor
import RLXTraining

extension ModelMethods {
  /// What a model says of given tokens, and what it is made of.
  static var measuring: [FunctionSpec] {
    [
      method(
        "logits", "The scores of every token of the vocabulary after each token: a tensor [T, V].",
        parameters: [
          ParameterSpec("ids", textOrIDs, example: "[1, 403, 407]", doc: "ids, or a text")
        ], returns: "tensor", example: "\(model).logits([1, 403])"
      ) { object, call in
        let ids = try TextReader(object, call, "ids").prompt(call.value("ids")).tokens
        return Value(try object.model.logits(ids, recording: !object.model.isFrozen))
      },
      method(
        "logprobs",
        "The log-probability of each token of a response, in nats: a tensor [T], with gradients "
          + "unless the model is frozen.",
        parameters: promptAndResponse + [
          ParameterSpec(
            "temperature", .number, range: .above(0), default: .float(1),
            doc: "what the logits are divided by")
        ], returns: "tensor", example: "\(model).logprobs(\"Once\", \" upon a time\")"
      ) { object, call in
        let found = try object.model.logProbs(
          [try pair(object, call)], temperature: Float(try call.double("temperature")),
          recording: !object.model.isFrozen)
        return Value(found.values)
      },
      method(
        "hidden",
        "The last hidden state before each token of a response, from which it was predicted: a "
          + "tensor [T, width], with gradients unless the model is frozen. Heads read it.",
        parameters: promptAndResponse, returns: "tensor",
        example: "\(model).hidden(\"Once\", \" upon a time\")"
      ) { object, call in
        let found = try object.model.forward(
          [try pair(object, call)], recording: !object.model.isFrozen)
        return Value(found.hidden)
      },
      method(
        "loss", "The mean negative log-likelihood of a text's tokens, in nats, with gradients.",
        parameters: [
          ParameterSpec(
            "text", textOrIDs, example: "\"Once upon a time\"", doc: "a text or ids")
        ], returns: "tensor", example: "\(model).loss(\"Once upon a time\").item()"
      ) { object, call in
        let ids = try TextReader(object, call, "text").prompt(call.value("text")).tokens
        let loss = try object.model.loss(ids: ids, recording: !object.model.isFrozen)
        return Value(loss.rank == 0 ? loss : loss.reshape([]))
      },
      method(
        "weight", "One of its tensors as it is now; parameters lists their names.",
        parameters: [
          ParameterSpec(
            "name", .string, example: "\"model.norm.weight\"", doc: "the name in the checkpoint")
        ], returns: "tensor", example: "\(model).weight(\"model.norm.weight\")"
      ) { object, call in
        let name = try call.string("name")
        guard let parameter = object.model.parameters.first(where: { $0.name == name }) else {
          let near = Spelling.nearest(name, among: object.model.parameters.map(\.name))
          throw Fault(
            .key, "Model.weight: name: no tensor \(Value.string(name).shown)",
            remedy: near.map { Value.string($0).shown }
              ?? "policy.parameters.map(fn(p) => p.name)", parameter: "name")
        }
        return Value(parameter.value)
      },
    ]
  }

  private static var promptAndResponse: [ParameterSpec] {
    [
      ParameterSpec("prompt", textOrIDs, example: "\"Once\"", doc: "a text or ids"),
      ParameterSpec(
        "response", .oneOf([.string, .listOf(.int), .host(CompletionObject.typeName)]),
        example: "\" upon a time\"", doc: "a text that goes on from the prompt, or ids"),
    ]
  }

  private static func pair(_ object: ModelObject, _ call: Call) throws -> TokenPair {
    let prompt = try TextReader(object, call, "prompt").prompt(call.value("prompt"))
    let response = try TextReader(object, call, "response")
      .response(call.value("response"), to: prompt)
    return (prompt.tokens, response.tokens)
  }
}
