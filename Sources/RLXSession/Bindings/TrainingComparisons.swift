import RLXData
import RLXModels
import RLXScript
import RLXStore
import RLXTraining

/// Reads what a script gives as comparisons of answers, or as answers alone.
///
/// Answers that were sampled keep their ids; texts are encoded as continuations of their prompt.
struct ComparisonReader {
  /// nil: the scorer reads texts, and there are no ids.
  let reader: TextReader?
  private let owner: String
  private let parameter: String

  init(_ tokenizer: Tokenizer?, _ call: Call, _ parameter: String) {
    reader = tokenizer.map { TextReader($0, call, parameter) }
    owner = call.spec.qualifiedName
    self.parameter = parameter
  }

  static let example =
    "{prompt: \"Once\", chosen: \" upon a time\", rejected: \" more\"}"

  /// The comparisons of Preferences, of a Dataset, of maps in a list, or of one. With `ranked`
  /// rankings in Preferences are one comparison each, not their pairs.
  func comparisons(_ value: Value, ranked: Bool = false) throws -> [Comparison<Sample>] {
    switch value {
    case .map(let row): return [try comparison(row, at: nil)]
    case .list(let list):
      return try list.elements.enumerated().map { place, element in
        guard case .map(let row) = element else {
          throw wrong(element, "a map {prompt, chosen, rejected} or {prompt, responses}", at: place)
        }
        return try comparison(row, at: place)
      }
    case .host(let object as PreferencesObject):
      return try object.comparisons(reader?.tokenizer, ranked: ranked)
    case .host(let object as DatasetObject): return try comparisons(object.dataset)
    default:
      throw wrong(value, "Preferences, a Dataset or a list of maps {prompt, chosen, rejected}")
    }
  }

  /// Answers alone: Completions, texts, rows {prompt, completion} or {text}, or those of comparisons.
  func answers(_ value: Value) throws -> [Sample] {
    switch value {
    case .string(let text): return [sample(of: text.string)]
    case .host(let object as CompletionsObject):
      return try object.items.enumerated().map { place, item in
        try sample(prompt: .host(item), answer: .host(item), at: place)
      }
    case .host(let object as PreferencesObject):
      return try object.comparisons(reader?.tokenizer, ranked: false).flatMap(\.answers)
    case .host(let object as DatasetObject):
      if object.dataset.type == .preference { return try comparisons(value).flatMap(\.answers) }
      return try object.dataset.demonstrations(chat: reader?.chat).map { text in
        guard let prompt = text.prompt else { return sample(of: text.completion, text.isRendered) }
        if text.isRendered { return try sample(rendered: prompt, text.completion) }
        return try sample(prompt: .string(prompt), answer: .string(text.completion), at: nil)
      }
    case .list(let list):
      return try list.elements.enumerated().flatMap { place, element -> [Sample] in
        switch element {
        case .string(let text): return [sample(of: text.string)]
        case .map(let row):
          if let prompt = row["prompt"], let answer = row["completion"] ?? row["response"] {
            return [try sample(prompt: prompt, answer: answer, at: place)]
          }
          return try comparison(row, at: place).answers
        default: throw wrong(element, "a text or a map {prompt, completion}", at: place)
        }
      }
    default: throw wrong(value, "Completions, a Dataset, Preferences, or a list of texts or maps")
    }
  }

  // MARK: Rows

  private func comparisons(_ dataset: Dataset) throws -> [Comparison<Sample>] {
    let hasPrompt = dataset.columns.contains("prompt")
    let isChat = dataset.type == .preference && dataset.isConversational
    if dataset.columns.contains("responses")
      || (hasPrompt && dataset.type == .preference && !isChat)
    {
      return try (0..<dataset.count).map { place in
        guard case .map(let row) = Value(.object(try dataset.row(place))) else {
          preconditionFailure("a row is an object")
        }
        return try comparison(row, at: place)
      }
    }
    guard dataset.type == .preference else {
      let labelled = dataset.type == .unpairedPreference || dataset.type == .promptCompletion
      throw DataError(
        file: dataset.name.isEmpty ? nil : dataset.name,
        found: dataset.columns.isEmpty
          ? "no columns" : "the columns \(dataset.columns.joined(separator: ", "))",
        wanted:
          "comparisons: {prompt, chosen, rejected}, {chosen, rejected} or {prompt, responses}",
        remedy: labelled
          ? "an answer alone says nothing of another: pair good with bad ones to the same prompt"
          : "data.map(fn(row) => {…}) with the columns' new names")
    }
    return try dataset.preferences(chat: reader?.chat).map { text in
      if text.isRendered {
        return Comparison(
          try [text.chosen, text.rejected].map { try sample(rendered: text.prompt, $0) })
      }
      return Comparison(
        try [text.chosen, text.rejected].map {
          try sample(prompt: .string(text.prompt), answer: .string($0), at: nil)
        })
    }
  }

  private func comparison(_ row: MapValue, at place: Int?) throws -> Comparison<Sample> {
    if let reader, let dialogue = try reader.dialogue(row) {
      return try comparisons(dialogue)[0]
    }
    let prompt = try field("prompt", of: row, at: place)
    if let responses = row["responses"] { return try ranking(prompt, responses, row, at: place) }
    let answers = try ["chosen", "rejected"].map { name in
      try sample(prompt: prompt, answer: field(name, of: row, at: place), at: place)
    }
    var comparison = Comparison(answers)
    if let margin = row["margin"], !margin.isNil {
      guard let number = margin.asDouble, number.isFinite else {
        throw wrong(margin, "a number as margin", at: place)
      }
      comparison.margin = number
    }
    if let probability = row["probability"], !probability.isNil {
      guard let number = probability.asDouble, (0...1).contains(number) else {
        throw wrong(probability, "a probability from 0 to 1 that chosen is better", at: place)
      }
      comparison.probability = number
    }
    if let tie = row["tie"], !tie.isNil {
      guard case .bool(let flag) = tie else { throw wrong(tie, "true or false as tie", at: place) }
      comparison.isTie = flag
    }
    return comparison
  }

  /// {prompt, responses}, best first, or in the `order` that is given: indices, best first.
  private func ranking(_ prompt: Value, _ responses: Value, _ row: MapValue, at place: Int?) throws
    -> Comparison<Sample>
  {
    guard let all = try responses.asElements(), all.count >= 2 else {
      throw wrong(responses, "two responses at least, best first", at: place)
    }
    var order = Array(all.indices)
    if let given = row["order"], !given.isNil {
      order = (try given.asElements() ?? []).compactMap {
        if case .int(let index) = $0 { index } else { nil }
      }
      guard order.sorted().elementsEqual(all.indices) else {
        throw wrong(given, "an order of \(all.count) responses: indices, best first", at: place)
      }
    }
    return Comparison(try order.map { try sample(prompt: prompt, answer: all[$0], at: place) })
  }

  private func field(_ name: String, of row: MapValue, at place: Int?) throws -> Value {
    if let value = row[name] { return value }
    throw wrong(.map(row), "a map {prompt, chosen, rejected} with \(name)", at: place)
  }

  // MARK: Answers

  private func sample(of text: String, _ isRendered: Bool = false) -> Sample {
    Sample(
      prompt: "", response: text, promptTokens: [],
      responseTokens: reader?.tokenizer.encode(text, special: !isRendered) ?? [])
  }

  /// An answer and its prompt as a chat template wrote them, special tokens and all.
  private func sample(rendered prompt: String, _ answer: String) throws -> Sample {
    let ids = try reader?.rendered(prompt, answer)
    return Sample(
      prompt: prompt, response: answer, promptTokens: ids?.prompt ?? [],
      responseTokens: ids?.answer ?? [])
  }

  /// An answer to a prompt, as texts.
  func sample(_ prompt: String, _ answer: String) throws -> Sample {
    try sample(prompt: .string(prompt), answer: .string(answer))
  }

  func sample(prompt: Value, answer: Value, at place: Int? = nil) throws -> Sample {
    if let reader {
      let prompt = try reader.prompt(prompt, at: place)
      let (text, tokens) = try reader.response(answer, to: prompt, at: place)
      return Sample(
        prompt: prompt.text, response: text, promptTokens: prompt.tokens, responseTokens: tokens)
    }
    return Sample(
      prompt: try text(prompt, \.prompt, at: place),
      response: try text(answer, \.completion.text, at: place),
      promptTokens: [], responseTokens: [])
  }

  private func text(_ value: Value, _ part: (CompletionObject) -> String, at place: Int?) throws
    -> String
  {
    switch value {
    case .string(let text): return text.string
    case .host(let object as CompletionObject): return part(object)
    default: throw wrong(value, "a text, which is all that features are made of", at: place)
    }
  }

  private func wrong(_ value: Value, _ wanted: String, at place: Int? = nil) -> Fault {
    let name = parameter + (place.map { "[\($0)]" } ?? "")
    return Fault(
      .type, "\(owner): \(name): expected \(wanted), got \(value.described)",
      remedy: "\(parameter): [\(Self.example)]", parameter: parameter)
  }
}

extension PreferencesObject {
  /// What people said, in order: choices, with how sure they were as a probability, and ties. With
  /// `ranked` the pairs of a ranking that stand as they were made are one comparison.
  func comparisons(_ tokenizer: Tokenizer?, ranked: Bool) throws -> [Comparison<Sample>] {
    var comparisons: [Comparison<Sample>] = []
    var rankings: [RankingPairs] = []
    for record in try store.standing() {
      if ranked, let ranking = record.comparison.ranking, record.verdict.choice != .skip {
        if let place = rankings.firstIndex(where: { $0.is(ranking, by: record.by) }) {
          rankings[place].records.append(record)
        } else {
          rankings.append(RankingPairs(ranking: ranking, by: record.by, records: [record]))
        }
      } else if let comparison = comparison(record, tokenizer) {
        comparisons.append(comparison)
      }
    }
    for ranking in rankings {
      if let order = ranking.order {
        let prompt = ranking.records[0].comparison.prompt
        comparisons.append(Comparison(order.map { sample(prompt, $0, tokenizer) }))
      } else {
        comparisons += ranking.records.compactMap { comparison($0, tokenizer) }
      }
    }
    return comparisons
  }

  /// nil for what was skipped.
  private func comparison(_ record: JudgementRecord, _ tokenizer: Tokenizer?)
    -> Comparison<Sample>?
  {
    let (pair, strength) = (record.comparison, record.verdict.strength)
    let (a, b) = (
      sample(pair.prompt, pair.a, tokenizer), sample(pair.prompt, pair.b, tokenizer)
    )
    return switch record.verdict.choice {
    case .first: Comparison([a, b], probability: strength ?? 1)
    case .second: Comparison([b, a], probability: strength.map { 1 - $0 } ?? 1)
    case .tie: Comparison([a, b], probability: 0.5, isTie: true)
    case .skip: nil
    }
  }

  /// An answer that was sampled keeps its ids, if they still spell the text with this tokenizer.
  private func sample(_ prompt: String, _ answer: Candidate, _ tokenizer: Tokenizer?) -> Sample {
    guard let tokenizer else {
      return Sample(prompt: prompt, response: answer.text, promptTokens: [], responseTokens: [])
    }
    let ids = tokenizer.encode(prompt)
    let isSpelled = answer.tokens.map { spells($0, answer.text, after: ids, tokenizer) } ?? false
    let own = isSpelled ? answer.tokens : nil
    return Sample(
      prompt: prompt, response: answer.text, promptTokens: ids,
      responseTokens: own
        ?? tokenizer.encodeContinuation(prompt: prompt, response: answer.text))
  }
}

/// The standing judgements of one ranking.
private struct RankingPairs {
  let ranking: RankingID
  let by: String
  var records: [JudgementRecord]

  func `is`(_ other: RankingID, by name: String) -> Bool { ranking == other && by == name }

  /// The answers, best first; nil where a pair is missing or the judgements name no one order.
  var order: [Candidate]? {
    var answers: [(id: CandidateID, candidate: Candidate, wins: Int)] = []
    func add(_ id: CandidateID, _ candidate: Candidate, won: Bool) {
      if let place = answers.firstIndex(where: { $0.id == id }) {
        answers[place].wins += won ? 1 : 0
      } else {
        answers.append((id, candidate, won ? 1 : 0))
      }
    }
    for record in records {
      let pair = record.comparison
      add(pair.aID, pair.a, won: record.verdict.choice == .first)
      add(pair.bID, pair.b, won: record.verdict.choice == .second)
    }
    let sorted = answers.sorted { $0.wins > $1.wins }
    let isOrder = sorted.enumerated().allSatisfy { $1.wins == sorted.count - 1 - $0 }
    return isOrder && records.count == sorted.count * (sorted.count - 1) / 2
      ? sorted.map(\.candidate) : nil
  }
}
