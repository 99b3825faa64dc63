import RLXTensor

/// What can go wrong between a folder and the answer of its model. The prose is in
/// `ModelError+Explained.swift`.
package enum ModelError: Error, Equatable {
  // Files
  case missingFile(path: String)
  case brokenFile(path: String, found: String, wanted: String)
  case unwritable(path: String, reason: String)
  // Tensors of a checkpoint
  case missingTensor(name: String, file: String)
  case unexpectedTensor(name: String, file: String)
  case wrongShape(tensor: String, file: String, wanted: Shape, found: Shape)
  case unsupportedFormat(tensor: String, file: String, found: String)
  case notFiniteTensor(name: String, file: String)
  // Fields of config.json and its neighbours
  case missingField(name: String, file: String)
  case wrongField(name: String, file: String, found: String, wanted: String)
  case unsupportedField(name: String, file: String, found: String, supported: String)
  case unknownFamily(found: String, file: String, known: [String])
  // Tokenizers
  case unknownTokenizerPart(part: String, file: String, found: String, known: [String])
  case missingTokenizerPart(part: String, file: String)
  // Chat templates
  case noChatTemplate(known: [String])
  case chatTemplate(place: String, error: TemplateError)
  // Use
  case contextExceeded(tokens: Int, context: Int)
  case tokenOutsideVocabulary(token: Int, vocabulary: Int)
  case tooFewTokens(what: String, found: Int, wanted: Int)
  case setting(name: String, found: String, wanted: String)
  case notFinite(what: String)
  case nothingToSample(vocabulary: Int)
  /// Somebody who watches this thread stopped the pass; see `PassWatch`.
  case stopped
  /// Of a model's adapter.
  case adapter(found: String, wanted: String, remedy: String?)
}
