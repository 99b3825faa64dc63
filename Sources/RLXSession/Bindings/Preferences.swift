import Foundation
import RLXData
import RLXModels
import RLXScript
import RLXStore

/// Adds human preferences to a session.
package func registerPreferences(_ registry: Registry, core: SessionCore) {
  registry.add(
    HostType(
      PreferencesObject.typeName,
      "Comparisons of answers and what people said of them, in an SQLite file. Judgements are "
        + "never overwritten. prefs[i] is the i-th comparison with a winner: {prompt, chosen, rejected, by}.",
      constructor: PreferenceMethods.constructor(core),
      methods: PreferenceMethods.adding + [PreferenceMethods.label(core)]
        + PreferenceMethods.reading + PreferenceMethods.leaving(core),
      properties: [
        PropertySpec(
          "len", "How many comparisons have a winner.", returns: "int",
          example: PreferenceMethods.setup + "prefs.len  #> 1", of: PreferencesObject.self
        ) {
          .int(try $0.store.winners().count)
        },
        PropertySpec(
          "name", "Its path, or \"memory\".", returns: "string",
          example: "Preferences(\"memory\").name  #> \"memory\"", of: PreferencesObject.self
        ) {
          .string($0.name)
        },
      ]))
}

enum PreferenceMethods {
  static let example =
    "Preferences([{prompt: \"Once\", chosen: \" upon a time\", rejected: \" more\"}])"

  /// A line before those that use them.
  static let setup = "prefs = \(example)\n"

  static func method(
    _ name: String, _ doc: String, parameters: [ParameterSpec] = [],
    effects: FunctionEffects = [], returns: String = "nil", example: String,
    _ body: @escaping (PreferencesObject, Call) throws -> Value
  ) -> FunctionSpec {
    FunctionSpec(
      name, doc, parameters: parameters, effects: effects, returns: returns, example: example
    ) { call in
      try body(call.object(as: PreferencesObject.self), call)
    }
  }

  private static func same(_ method: String, _ what: String, parameter: String) -> Fault {
    Fault(
      .value,
      "Preferences.\(method): \(what): expected answers that differ, got the same text twice",
      parameter: parameter)
  }

  static func constructor(_ core: SessionCore) -> FunctionSpec {
    let replayed = ReplayedStores()
    return FunctionSpec(
      PreferencesObject.typeName,
      "Opens or makes a file of preferences; \"memory\" keeps none; or takes a Dataset of pairs.",
      parameters: [
        ParameterSpec(
          "source", .oneOf([.string, .list, .host(DatasetObject.typeName)]),
          example: "\"labels.db\"",
          doc: "a path, \"memory\", \"nano/prefs\", or comparisons {prompt, chosen, rejected}")
      ], effects: .reads, returns: "Preferences", example: example
    ) { [unowned core] call in
      switch call.value("source") {
      case .string(let text) where text == "memory":
        return .host(PreferencesObject(try .memory(), name: "memory"))
      case .string(let text) where Resources.entry(text.string) != nil:
        return .host(try builtIn(text.string, core))
      case .string(let text):
        // A new file of one's own may have any name, in a folder that exists.
        if text.string.hasPrefix("nano/"), !FileManager.default.fileExists(atPath: "nano") {
          try core.files.refuseMisspelt(
            text.string, for: PreferencesObject.typeName, kinds: [.preferences])
        }
        return .host(try open(text.string, core, replayed))
      case .host(let object as DatasetObject):
        if object.dataset.count > many {
          core.warn(
            "Preferences: \(NumberText.count(object.dataset.count, "row")) are kept in a database in "
              + "memory, about 5 KB each, to be judged; to train on them alone give the Dataset "
              + "itself")
        }
        return .host(try inMemory(pairs(of: object.dataset), core))
      case let list:
        let pairs = try (list.asElements() ?? []).enumerated().map { place, row in
          try pair(row, place, call)
        }
        return .host(try inMemory(pairs, core))
      }
    }
  }

  /// Rows beyond which a database in memory wants a word: 1 GB.
  private static let many = 200_000

  /// Preferences that come with rlx, in memory: what is added to them is this session's own.
  private static func builtIn(_ name: String, _ core: SessionCore) throws -> PreferencesObject {
    if let missing = Resources.missing(name, for: PreferencesObject.typeName) { throw missing }
    let place = try core.files.input(name)
    return try inMemory(pairs(of: try Dataset.open(place)), core, name: name)
  }

  /// The comparisons of a dataset, each by whom its column `by` says.
  private static func pairs(of dataset: Dataset) throws -> [(text: PreferenceText, by: String)] {
    let texts = try dataset.preferences()
    guard dataset.columns.contains("by") else { return texts.map { ($0, "dataset") } }
    return try texts.enumerated().map { place, text in
      guard case .string(let by)? = try dataset.row(place)["by"] else { return (text, "dataset") }
      return (text, by)
    }
  }

  private static func inMemory(
    _ pairs: [(text: PreferenceText, by: String)], _ core: SessionCore, name: String = "memory"
  ) throws -> PreferencesObject {
    defer { core.endProgress() }
    let (object, leftOut) = try PreferencesObject.holding(pairs, name: name) {
      try core.progress("Preferences", $0, of: pairs.count)
    }
    if leftOut > 0 {
      core.warn(
        "Preferences: \(NumberText.grouped(leftOut)) of \(NumberText.count(pairs.count, "row")) "
          + "left out: chosen and rejected are the same")
    }
    return object
  }

  /// Stores opened by this replay: a file opened twice is one store, as it was.
  private final class ReplayedStores {
    var byPath: [String: PreferenceStore] = [:]
  }

  /// A file; in a replay a copy of it in memory as it stood when the session opened it. A run of a
  /// session file works on such a copy too where the file has grown since: what grew is most likely
  /// this session's own rows, which are not to be written twice.
  private static func open(_ path: String, _ core: SessionCore, _ replayed: ReplayedStores) throws
    -> PreferencesObject
  {
    let (place, rows) = try core.files.database(path)
    let object: PreferencesObject
    if let rows, try core.files.replay != nil || hasGrown(place, beyond: rows) {
      let store =
        try replayed.byPath[path]
        ?? (rows == 0 ? .memory() : .copy(of: place, asOf: rows))
      replayed.byPath[path] = store
      object = PreferencesObject(store, name: path)
      if core.files.replay == nil || core.files.isRebuilding {
        core.detached.append((object, path))
      }
    } else {
      object = PreferencesObject(try PreferenceStore(path: place), name: path)
    }
    let standing = try object.store.canonicalRows()
    try core.files.recordDatabase(path, hash: object.digest(of: standing), rows: standing.count)
    return object
  }

  private static func hasGrown(_ path: String, beyond rows: Int) throws -> Bool {
    guard access(path, F_OK) == 0 else { return false }
    return try PreferenceStore(path: path).rowCount() > rows
  }

  private static func pair(_ row: Value, _ place: Int, _ call: Call) throws
    -> (text: PreferenceText, by: String)
  {
    func text(_ name: String, of map: MapValue) -> String? {
      if case .string(let text)? = map[name] { text.string } else { nil }
    }
    guard case .map(let map) = row, let prompt = text("prompt", of: map),
      let chosen = text("chosen", of: map), let rejected = text("rejected", of: map)
    else {
      throw Fault(
        .type,
        "Preferences: source[\(place)]: expected a map {prompt, chosen, rejected} of texts, got "
          + row.described, parameter: "source")
    }
    let pair = PreferenceText(prompt: prompt, chosen: chosen, rejected: rejected)
    return (pair, text("by", of: map) ?? "given")
  }

  static var by: ParameterSpec {
    ParameterSpec(
      "by", .string, default: .string("me"), example: "\"a1\"", doc: "who judges")
  }

  static var adding: [FunctionSpec] {
    [
      method(
        "add", "Adds a comparison whose winner is known.",
        parameters: [
          ParameterSpec("prompt", .string, doc: "what was answered"),
          ParameterSpec("chosen", .string, doc: "the preferred answer"),
          ParameterSpec("rejected", .string, doc: "the other"), by,
        ], effects: .mutates, returns: "Preferences",
        example:
          "Preferences(\"memory\").add(prompt: \"Once\", chosen: \" upon\", rejected: \" more\")"
      ) { prefs, call in
        guard try Text(call.string("chosen")) != Text(call.string("rejected")) else {
          throw same("add", "chosen and rejected", parameter: "rejected")
        }
        try prefs.store.addPair(
          prompt: try call.string("prompt"), chosen: Candidate(try call.string("chosen")),
          rejected: Candidate(try call.string("rejected")), by: try call.string("by"))
        return call.receiver
      },
      method(
        "rank", "Adds every comparison that a ranking of some answers implies.",
        parameters: [
          ParameterSpec("prompt", .string, doc: "what was answered"),
          ParameterSpec("responses", .listOf(.string), doc: "the answers"),
          ParameterSpec(
            "order", .listOf(.int), example: "[2, 0, 1]", doc: "indices of the answers, best first"),
          by,
        ], effects: .mutates, returns: "Preferences",
        example:
          "Preferences(\"memory\").rank(prompt: \"Once\", responses: [\" a\", \" b\"], order: [1, 0])"
      ) { prefs, call in
        let responses = try call.list("responses").compactMap { value in
          if case .string(let text) = value { Candidate(text.string) } else { nil as Candidate? }
        }
        let order = try call.list("order").compactMap { value in
          if case .int(let place) = value { place } else { nil as Int? }
        }
        guard Set(responses.map { Text($0.text) }).count == responses.count else {
          throw same("rank", "responses", parameter: "responses")
        }
        try prefs.store.rank(
          prompt: try call.string("prompt"), responses: responses, order: order,
          by: try call.string("by"))
        return call.receiver
      },
    ]
  }
}
