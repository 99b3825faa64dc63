import RLXModels
import RLXScript

enum CompletionMethods {
  static var properties: [PropertySpec] {
    [
      property("prompt", "The prompt as text.", "string") { .string($0.prompt) },
      property(
        "text", "The answer: what it adds to the prompt, without end token or stop text.", "string"
      ) { .string($0.completion.text) },
      property("tokens", "The ids of the answer as they were drawn.", "list of int") {
        .ids($0.completion.tokens)
      },
      property("prompt_tokens", "The ids of the prompt.", "list of int") {
        .ids($0.completion.promptTokens)
      },
      property(
        "logprobs", "The log-probability of each token when it was drawn, in nats.", "list of float"
      ) { .numbers($0.completion.logProbs) },
      property("finish", "Why it ended: stop, stop_string or length.", "string") {
        .string($0.completion.finish.rawValue)
      },
      property("row", "Its place among the answers of its call.", "int") {
        .int($0.completion.row)
      },
      property("model", "The name of the model that gave it.", "string") { .string($0.model) },
    ]
  }

  private static func property(
    _ name: String, _ doc: String, _ returns: String,
    _ body: @escaping (CompletionObject) -> Value
  ) -> PropertySpec {
    PropertySpec(name, doc, returns: returns, of: CompletionObject.self, body: body)
  }

  static var listProperties: [PropertySpec] {
    [
      PropertySpec("len", "How many answers there are.", returns: "int", of: CompletionsObject.self)
      {
        .int($0.items.count)
      },
      PropertySpec(
        "texts", "The answers' texts.", returns: "list of string", of: CompletionsObject.self
      ) {
        .list($0.items.map { .string($0.completion.text) })
      },
    ]
  }

  /// `list()`, and every method of lists, called on the answers as a list.
  static func methods(_ registry: Registry) -> [FunctionSpec] {
    let own = [
      FunctionSpec(
        "list", "The answers as a list of Completion.", returns: "list of Completion",
        example: "\(ModelMethods.answer).list()"
      ) { try $0.object(as: CompletionsObject.self).list },
      FunctionSpec(
        "plain", "The answers as maps.", returns: "list of map",
        example: "\(ModelMethods.answer).plain()"
      ) { try $0.object(as: CompletionsObject.self).plain() ?? .nil },
    ]
    let taken = own.map(\.name) + listProperties.map(\.name)
    let lists = registry.type("list")?.methods ?? []
    return own
      + lists.filter { !taken.contains($0.name) }.map { spec in
        delegated(spec) { try $0.object(as: CompletionsObject.self).list }
      }
  }

  /// A method of lists for something that can be read as one.
  static func delegated(_ spec: FunctionSpec, to list: @escaping (Call) throws -> Value)
    -> FunctionSpec
  {
    FunctionSpec(
      spec.name, spec.doc, parameters: spec.parameters, effects: spec.effects,
      returns: spec.returns, example: spec.example
    ) { call in
      var positional: [Value] = []
      var named: [(String, Value)] = []
      for (parameter, value) in zip(spec.parameters, call.values) where !parameter.isRest {
        if let value { named.append((parameter.name, value)) }
      }
      if !call.rest.isEmpty {
        // What stands before the rest must be given by position too.
        positional = named.map(\.1) + call.rest
        named = []
      }
      return try call.interpreter.call(
        .function(FunctionValue(spec, receiver: try list(call))), positional, named: named,
        at: call.place)
    }
  }
}
