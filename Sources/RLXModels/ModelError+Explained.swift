import RLXTensor

/// The prose of `ModelError`: where, what was found, what was wanted, what to try.
extension ModelError: CustomStringConvertible {
  /// Whether a file was not there at all, which ends a command with exit code 66 (EX_NOINPUT).
  package var isMissingFile: Bool {
    if case .missingFile = self { true } else { false }
  }

  /// The file the error is about, if it is about one.
  package var file: String? {
    switch self {
    case .missingFile(let path), .brokenFile(let path, _, _), .unwritable(let path, _): path
    case .missingTensor(_, let file), .unexpectedTensor(_, let file),
      .wrongShape(_, let file, _, _), .unsupportedFormat(_, let file, _),
      .notFiniteTensor(_, let file),
      .missingField(_, let file), .wrongField(_, let file, _, _),
      .unsupportedField(_, let file, _, _), .unknownFamily(_, let file, _),
      .unknownTokenizerPart(_, let file, _, _), .missingTokenizerPart(_, let file):
      file
    case .chatTemplate(let place, _): place
    case .noChatTemplate, .contextExceeded, .tokenOutsideVocabulary, .tooFewTokens, .setting,
      .notFinite, .nothingToSample, .stopped, .adapter:
      nil
    }
  }

  /// What was there.
  package var given: String {
    switch self {
    case .missingFile: "no such file"
    case .brokenFile(_, let found, _): found
    case .unwritable(_, let reason): "cannot be written: \(reason)"
    case .missingTensor(let name, _): "the tensor \(name) is missing"
    case .unexpectedTensor(let name, _): "the tensor \(name) has no place in this model"
    case .wrongShape(let tensor, _, _, let found): "\(tensor) has shape \(found)"
    case .unsupportedFormat(let tensor, _, let found): "\(tensor) is stored as \(found)"
    case .notFiniteTensor(let name, _): "the tensor \(name) holds NaN or infinity"
    case .missingField(let name, _): "the field \(name) is missing"
    case .wrongField(let name, _, let found, _): "\(name) is \(found)"
    case .unsupportedField(let name, _, let found, _): "\(name) is \(found)"
    case .unknownFamily(let found, _, _): "model_type is \"\(found)\""
    case .unknownTokenizerPart(let part, _, let found, _): "\(part) is of type \(found)"
    case .missingTokenizerPart(let part, _): "the part \(part) is missing"
    case .noChatTemplate(let known):
      known.isEmpty
        ? "the tokenizer has no chat template"
        : "no chat template of the tokenizer is the default one"
    case .chatTemplate(_, let error): "line \(error.line), column \(error.column): \(error.found)"
    case .contextExceeded(let tokens, _): "a sequence of \(tokens) tokens"
    case .tokenOutsideVocabulary(let token, _): "the token \(token)"
    case .tooFewTokens(let what, let found, _): "\(what) has \(found) tokens"
    case .setting(let name, let found, _): "\(name) is \(found)"
    case .notFinite(let what): "\(what) are not finite (NaN or infinity)"
    case .nothingToSample(let vocabulary): "all \(vocabulary) tokens are forbidden"
    case .stopped: "the pass was stopped"
    case .adapter(let found, _, _): found
    }
  }

  /// What was wanted instead.
  package var wanted: String {
    switch self {
    case .missingFile: "a file"
    case .brokenFile(_, _, let wanted): wanted
    case .unwritable: "a folder one may write to, with room left"
    case .missingTensor: "every tensor the configuration calls for"
    case .unexpectedTensor: "only tensors the configuration calls for"
    case .wrongShape(_, _, let wanted, _): "\(wanted), as the configuration says"
    case .unsupportedFormat: "F32, F16 or BF16"
    case .notFiniteTensor: "numbers"
    case .missingField: "a value"
    case .wrongField(_, _, _, let wanted): wanted
    case .unsupportedField(_, _, _, let supported): supported
    case .unknownFamily(_, _, let known): "one of: " + known.joined(separator: ", ")
    case .unknownTokenizerPart(_, _, _, let known): "one of: " + known.joined(separator: ", ")
    case .missingTokenizerPart: "a tokenizer.json with it"
    case .noChatTemplate(let known):
      known.isEmpty ? "one that has" : "one of: " + known.joined(separator: ", ")
    case .chatTemplate(_, let error): error.wanted
    case .contextExceeded(_, let context): "at most \(context), the model's context"
    case .tokenOutsideVocabulary(_, let vocabulary): "tokens from 0 to \(vocabulary - 1)"
    case .tooFewTokens(_, _, let wanted): "at least \(wanted)"
    case .setting(_, _, let wanted): wanted
    case .notFinite: "numbers"
    case .nothingToSample: "one that may be drawn"
    case .stopped: "it to go on"
    case .adapter(_, let wanted, _): wanted
    }
  }

  /// What to try, where there is something to say.
  package var remedy: String? {
    switch self {
    case .missingFile:
      "check the path; a model folder holds config.json, model.safetensors and tokenizer.json"
    case .brokenFile: "was it cut short? download or copy it again"
    case .unwritable: nil
    case .missingTensor(let name, _):
      name == "lm_head.weight"
        ? "was it saved with tied embeddings? then config.json needs \"tie_word_embeddings\": true"
        : "do config.json and the weights belong together?"
    case .unexpectedTensor, .wrongShape: "do config.json and the weights belong together?"
    case .unsupportedFormat: "convert the weights to float32 first"
    case .notFiniteTensor:
      "a model that diverged before it was saved, or a damaged file? take an earlier one"
    case .missingField, .wrongField: nil
    case .unsupportedField: "leaving it out would change the results, so it is not ignored"
    case .unknownFamily: nil
    case .unknownTokenizerPart, .missingTokenizerPart: nil
    case .noChatTemplate: "give its name, or the text of a template, as template:"
    case .chatTemplate(_, let error): error.remedy
    case .contextExceeded: "shorten the text, or ask for fewer tokens"
    case .tokenOutsideVocabulary: "do the tokenizer and the model belong together?"
    case .tooFewTokens: nil
    case .setting: nil
    case .notFinite:
      "did training diverge? try a lower learning rate, or go back to an earlier checkpoint"
    case .nothingToSample: "lower min_tokens"
    case .stopped: nil
    case .adapter(_, _, let remedy): remedy
    }
  }

  /// One line: `config.json: head_dim is 0; wanted a whole number of at least 1`.
  package var description: String {
    let place = file.map { $0 + ": " } ?? ""
    let hint = remedy.map { " (\($0))" } ?? ""
    return "\(place)\(given); wanted \(wanted)\(hint)"
  }
}
