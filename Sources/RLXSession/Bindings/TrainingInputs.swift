import RLXData
import RLXModels
import RLXScript
import RLXTraining

extension TextReader {
  static let pairTypes: ValueType = .oneOf([
    .host(PreferencesObject.typeName), .host(DatasetObject.typeName), .list, .map,
  ])

  /// The pairs of Preferences, of a Dataset, of maps {prompt, chosen, rejected} in a list, or of one.
  ///
  /// Answers that were sampled keep their ids; texts are encoded as continuations of their prompt.
  func pairs(_ value: Value) throws -> [PreferencePair] {
    switch value {
    case .map(let row): return [try pair(row, at: nil)]
    case .list(let list):
      return try list.elements.enumerated().map { place, element in
        guard case .map(let row) = element else {
          throw wrong(element, "a map {prompt, chosen, rejected}", at: place)
        }
        return try pair(row, at: place)
      }
    case .host(let object):
      if let prefs = object as? PreferencesObject { return try prefs.pairs(tokenizer) }
      if let data = object as? DatasetObject {
        return try data.dataset.preferences(chat: chat).map { try pair($0) }
      }
    default: break
    }
    throw wrong(value, "Preferences, a Dataset or a list of maps {prompt, chosen, rejected}")
  }

  private func pair(_ text: PreferenceText) throws -> PreferencePair {
    if text.isRendered {
      let (prompt, chosen) = try rendered(text.prompt, text.chosen)
      return PreferencePair(
        prompt: prompt, chosen: chosen, rejected: try rendered(text.prompt, text.rejected).answer)
    }
    return PreferencePair(
      prompt: tokenizer.encode(text.prompt),
      chosen: tokenizer.encodeContinuation(prompt: text.prompt, response: text.chosen),
      rejected: tokenizer.encodeContinuation(prompt: text.prompt, response: text.rejected))
  }

  private func pair(_ row: MapValue, at place: Int?) throws -> PreferencePair {
    if let dialogue = try dialogue(row) { return try pair(dialogue.preferences(chat: chat)[0]) }
    let prompt = try prompt(try field("prompt", of: row, at: place), at: place)
    return PreferencePair(
      prompt: prompt.tokens,
      chosen: try response(try field("chosen", of: row, at: place), to: prompt, at: place).tokens,
      rejected: try response(try field("rejected", of: row, at: place), to: prompt, at: place)
        .tokens)
  }

  private func field(_ name: String, of row: MapValue, at place: Int?) throws -> Value {
    guard let value = row[name] else {
      throw wrong(.map(row), "a map {prompt, chosen, rejected} with \(name)", at: place)
    }
    return value
  }

  // MARK: Demonstrations

  static let exampleTypes: ValueType = .oneOf([
    .host(PreferencesObject.typeName), .host(DatasetObject.typeName), .list, .map, .string,
  ])

  /// What to imitate: texts, {text}, {prompt, completion}, or the chosen answers of comparisons.
  func examples(_ value: Value) throws -> [SFT.Example] {
    switch value {
    case .string(let text): return [example(text.string)]
    case .map(let row): return [try example(row, at: nil)]
    case .list(let list):
      return try list.elements.enumerated().map { place, element in
        switch element {
        case .string(let text): return example(text.string)
        case .map(let row): return try example(row, at: place)
        case .list: return SFT.Example(completion: try ids(element, at: place))
        default: throw wrong(element, "a text or a map {prompt, completion}", at: place)
        }
      }
    case .host(let object):
      if let prefs = object as? PreferencesObject {
        return try prefs.pairs(tokenizer).map {
          SFT.Example(prompt: $0.prompt, completion: $0.chosen)
        }
      }
      if let data = object as? DatasetObject {
        return try data.dataset.demonstrations(chat: chat).map(example)
      }
    default: break
    }
    throw wrong(value, "a Dataset, Preferences, or a list of texts or maps {prompt, completion}")
  }

  private func example(_ text: String) -> SFT.Example {
    SFT.Example(completion: tokenizer.encode(text))
  }

  private func example(_ text: DemonstrationText) throws -> SFT.Example {
    guard let prompt = text.prompt else {
      return SFT.Example(
        completion: tokenizer.encode(text.completion, special: !text.isRendered),
        isWhole: text.isRendered)
    }
    if text.isRendered {
      let (prompt, answer) = try rendered(prompt, text.completion)
      return SFT.Example(prompt: prompt, completion: answer, isWhole: true)
    }
    return SFT.Example(
      prompt: tokenizer.encode(prompt),
      completion: tokenizer.encodeContinuation(prompt: prompt, response: text.completion))
  }

  private func example(_ row: MapValue, at place: Int?) throws -> SFT.Example {
    if let dialogue = try dialogue(row) {
      return try example(dialogue.demonstrations(chat: chat)[0])
    }
    if let given = row["prompt"], let answer = row["completion"] ?? row["chosen"] {
      let prompt = try prompt(given, at: place)
      return SFT.Example(
        prompt: prompt.tokens, completion: try response(answer, to: prompt, at: place).tokens)
    }
    if case .string(let text)? = row["text"] { return example(text.string) }
    throw wrong(.map(row), "a map {text} or {prompt, completion}", at: place)
  }
}
