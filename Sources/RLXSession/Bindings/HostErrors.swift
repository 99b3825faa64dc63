import RLXData
import RLXModels
import RLXScript
import RLXStore
import RLXTensor
import RLXTraining

// The errors of the layers below as errors of a program: what sort of thing went wrong, and at
// which argument. What was found, what was wanted and what to try they say themselves.

extension ModelError: HostError {
  package var kind: ErrorKind {
    switch self {
    case .missingFile: .missing
    case .brokenFile, .unwritable, .missingTensor, .unexpectedTensor, .wrongShape,
      .unsupportedFormat, .notFiniteTensor, .missingField, .wrongField, .unsupportedField,
      .unknownFamily,
      .unknownTokenizerPart, .missingTokenizerPart:
      .file
    case .contextExceeded, .tokenOutsideVocabulary, .tooFewTokens, .setting, .nothingToSample,
      .noChatTemplate, .chatTemplate, .adapter:
      .value
    case .notFinite: .arithmetic
    case .stopped: .stopped
    }
  }

  package var message: String { self == .stopped ? "stopped" : said }

  private var said: String { (file.map { "\($0): " } ?? "") + "\(given); wanted \(wanted)" }

  package var parameter: String? { if case .setting(let name, _, _) = self { name } else { nil } }
}

extension TrainingError: HostError {
  package var kind: ErrorKind {
    switch self {
    case .unknownSetting, .givenTwice: .argument
    case .setting, .conflict, .frozen, .changed, .neverTrains, .nothing, .lengths, .emptyRow,
      .tooLong,
      .stage, .stale, .noReward:
      .value
    case .notFinite: .arithmetic
    case .invariant: .assertion
    }
  }

  package var message: String { "\(what): expected \(wanted), got \(given)" }

  package var parameter: String? {
    switch self {
    case .unknownSetting(_, let name, _), .setting(_, let name, _, _), .givenTwice(_, let name, _):
      name
    case .conflict(_, let names, _): names.first
    case .notFinite, .frozen, .changed, .neverTrains, .nothing, .lengths, .emptyRow, .tooLong,
      .stage,
      .stale, .noReward, .invariant:
      nil
    }
  }
}

extension DataError: HostError {
  package var kind: ErrorKind { isMissing ? .missing : file == nil ? .value : .file }
  package var message: String { description }
  package var parameter: String? { nil }
}

extension StoreError: HostError {
  package var kind: ErrorKind { isMissing ? .missing : file == nil ? .value : .file }
  package var message: String { description }
  package var parameter: String? { nil }
}

extension GradientError: HostError {
  package var kind: ErrorKind { .value }
  package var message: String { "\(self)" }
  package var remedy: String? { nil }
  package var parameter: String? { nil }
}
