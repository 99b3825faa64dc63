import RLXScript
import RLXTraining

/// An object that explains itself: what it is now, and what one of its numbers means.
package protocol Explaining: HostObject {
  /// The explanation as paragraphs; of `name`, one of its parts, where one is given.
  func explanation(of name: String?) throws -> String
}

/// `help` and `explain`.
enum SessionHelp {
  static func functions(_ core: SessionCore) -> [FunctionSpec] {
    [
      FunctionSpec(
        "help",
        "What a function, type, object, setting or word is; without an argument, an overview.",
        parameters: [
          ParameterSpec(
            "what", .any, optional: true,
            doc: "a function, type or object; or as a string what would stand behind ?")
        ], returns: "Page", example: "help(\"abs\")"
      ) { [unowned core] call in
        let desk = HelpDesk(call.interpreter, commands: core.commands)
        switch call.optional("what") {
        case nil: return .host(PageObject(try desk.page(for: "")))
        case .string(let question)?:
          return .host(PageObject(try desk.page(for: question.string)))
        case let value?: return .host(PageObject(desk.page(for: value)))
        }
      },
      FunctionSpec(
        "explain",
        "What an object is now, in words and numbers; or what one of its parts means. Of a metric's "
          + "name: its formula, the numbers of the last step, what is healthy and what is mostly wrong "
          + "where it is not.",
        parameters: [
          ParameterSpec("what", .any, doc: "an object, function or value, or the name of a metric"),
          ParameterSpec(
            "name", .string, optional: true, example: "\"objective/kl\"", doc: "one of its parts"),
        ], returns: "Page", example: "explain(tensor([[1, 2], [3, 4]]))"
      ) { [unowned core] call in
        let name = try call.isGiven("name") ? call.string("name") : nil
        let desk = HelpDesk(call.interpreter, commands: core.commands)
        return .host(PageObject(try explanation(of: call.value("what"), name, desk)))
      },
    ]
  }

  private static func explanation(
    of value: Value, _ name: String?, _ desk: HelpDesk
  ) throws -> String {
    if case .string(let text) = value, name == nil {
      return try metricExplanation(text.string, desk)
    }
    if case .host(let object) = value, let trainer = object as? any TrainerObject {
      return try name.map { try trainer.explanation(of: $0, desk.book) }
        ?? trainer.explanation(desk.names)
    }
    let type = desk.book.registry.type(of: value)
    if case .host(let object) = value, let object = object as? any Explaining,
      name == nil || type?.memberNames.contains(name ?? "") != true
    {
      return try object.explanation(of: name)
    }
    guard let type else { return desk.page(for: value) }
    if let name {
      guard let page = desk.book.page(ofMember: type.name + "." + name) else {
        throw Fault(
          .name, "explain: a \(type.name) has no part \"\(name)\"",
          remedy: "its parts are \(type.memberNames.joined(separator: ", "))")
      }
      return page
    }
    if case .function = value { return desk.page(for: value) }
    var facts: [(String, String)] = []
    for property in type.properties {
      facts.append((property.name, shortened(try property.body(value))))
    }
    if case .host(let object) = value, let count = object.count, type.property("len") == nil {
      facts.insert(("len", String(count)), at: 0)
    }
    return type.name + "\n  " + type.doc
      + (facts.isEmpty ? "" : "\n\nNow\n" + HelpText.columns(facts))
  }

  /// A metric by its name, with the numbers of the trainer that measured it last: where several have,
  /// of that which was named first.
  private static func metricExplanation(_ name: String, _ desk: HelpDesk) throws -> String {
    let metric = try MetricExplanation.metric(name)
    let trainers = desk.names.trainers.filter { !$0.object.state.log[metric.name].isEmpty }
    guard let first = trainers.first else {
      return MetricExplanation(metric: metric, log: TrainLog()).text
    }
    let text = MetricExplanation(
      metric: metric, log: first.object.state.log, settings: first.object.settings
    ).text
    guard trainers.count > 1 else { return text }
    let others = trainers.dropFirst().map { "explain(\($0.name), \"\(metric.name)\")" }
    return text + "\n\nThese numbers are of \(first.name); also \(others.joined(separator: ", "))."
  }

  /// A value on one line; of a long one the beginning.
  private static func shortened(_ value: Value) -> String {
    let text = value.shown
    guard text.count > 1000 else { return text }
    return text.prefix(200) + " …"
  }
}
