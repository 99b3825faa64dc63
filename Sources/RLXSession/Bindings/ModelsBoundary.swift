import RLXData
import RLXModels
import RLXScript
import RLXTraining

/// The view of a row as a trainer reads it.
enum BoundaryMethods {
  private static let example =
    "\(ModelMethods.model).tokenizer.boundary(\"Once upon\", \" a time\")"

  static var type: HostType {
    HostType(
      BoundaryObject.typeName,
      "A row token by token: prompt, answer, special tokens, and what the loss sees. As a list, its "
        + "tokens are maps {token, id, part, special, loss}.",
      methods: [
        FunctionSpec(
          "list", "The tokens as maps.", returns: "list of map", example: "\(example).list()"
        ) { try $0.object(as: BoundaryObject.self).plain() ?? .nil },
        FunctionSpec(
          "plain", "The tokens as maps.", returns: "list of map", example: "\(example).plain()"
        ) { try $0.object(as: BoundaryObject.self).plain() ?? .nil },
      ],
      properties: [
        PropertySpec("len", "How many tokens it has.", returns: "int", of: BoundaryObject.self) {
          .int($0.boundary.tokens.count)
        },
        PropertySpec("ids", "The tokens' ids.", returns: "list of int", of: BoundaryObject.self) {
          .ids($0.boundary.tokens.map(\.id))
        },
        PropertySpec(
          "loss_tokens", "How many tokens the loss sees.", returns: "int",
          example: "\(example).loss_tokens", of: BoundaryObject.self
        ) { .int($0.trained) },
      ], example: example)
  }
}

extension TokenizerMethods {
  /// `tokenizer.boundary(prompt, completion)`.
  static var boundary: FunctionSpec {
    FunctionSpec(
      "boundary",
      "A prompt and its answer token by token: where the one ends, which tokens are special, and "
        + "which the loss sees. With messages, the chat template writes both; messages alone are "
        + "seen whole, or where the template marks what the assistant said.",
      parameters: [
        ParameterSpec(
          "prompt", .oneOf([.string, .listOf(.map)]), example: "\"Once upon\"",
          doc: "a text, or messages"),
        ParameterSpec(
          "completion", .oneOf([.string, .listOf(.map)]), optional: true, example: "\" a time\"",
          doc: "its answer, of the same kind"),
        ParameterSpec(
          "template", .string, optional: true, aliases: ["chat_template"],
          doc: "the name of one of the tokenizer's chat templates, or the text of one"),
      ], returns: BoundaryObject.typeName,
      example: "\(Self.example).boundary(\"Once upon\", \" a time\")"
    ) { call in
      let tokenizer = try call.object(as: TokenizerObject.self).tokenizer
      switch (call.value("prompt"), call.value("completion")) {
      case (.string(let prompt), .string(let answer)):
        return .host(
          BoundaryObject(tokenizer.boundary(prompt: prompt.string, answer: answer.string)))
      case (.string(let text), .nil):
        return .host(BoundaryObject(tokenizer.boundary(text: text.string)))
      case (.string, _): throw call.wrong("completion", "a string, as the prompt is one")
      case (_, .string): throw call.wrong("completion", "messages, as the prompt is a list of them")
      default:
        let messages = try json(call, "prompt") ?? []
        let answer = try json(call, "completion")
        var settings = ChatSettings()
        if call.isGiven("template") { settings.template = try call.string("template") }
        return .host(BoundaryObject(try tokenizer.boundary(messages, answer: answer, settings)))
      }
    }
  }
}

extension SFTMethods {
  /// `sft.boundary(row)`: what becomes of a row before it is trained on.
  static func boundary(_ setup: String) -> FunctionSpec {
    FunctionSpec(
      "boundary",
      "A row as it is trained on, token by token: cut to length, with the end token, and which "
        + "tokens the loss sees by the trainer's settings.",
      parameters: [
        ParameterSpec(
          "row", TextReader.exampleTypes, example: "{prompt: \"Once\", completion: \" upon\"}",
          doc: "what run takes; of several rows the first")
      ], returns: BoundaryObject.typeName, example: "\(setup)sft.boundary(rows[0])"
    ) { call in
      let object = try call.object(as: SFTObject.self)
      let model = object.policy.model
      let rows = try TextReader(model.tokenizer, call, "row").examples(call.value("row"))
      guard let row = rows.first else { throw call.wrong("row", "a row") }
      var cutter = Truncation.Cutter(
        object.truncation, context: model.config.context,
        reserve: object.trainer.settings.appendEos ? 1 : 0, owner: call.spec.qualifiedName)
      let (prompt, answer) = try cutter(row.prompt, row.completion, row: 0)
      return .host(
        BoundaryObject(
          try object.trainer.boundary(
            SFT.Example(prompt: prompt, completion: answer),
            cut: (row.prompt.count - prompt.count, row.completion.count - answer.count))))
    }
  }
}
