import RLXModels
import RLXScript

/// A tokenizer as scripts hold it. Nothing changes it.
package final class TokenizerObject: Unchanging {
  package static let typeName = "Tokenizer"

  package let tokenizer: Tokenizer
  package let name: String
  package let identity = ObjectIdentity()

  package init(_ tokenizer: Tokenizer, name: String) {
    self.tokenizer = tokenizer
    self.name = name
  }

  package var typeName: String { Self.typeName }

  package func display(_ style: DisplayStyle) -> String {
    let view = ViewStyle(style)
    let special = [("begins", tokenizer.beginning), ("ends", tokenizer.end)].compactMap {
      word, id in id.flatMap { tokenizer.token($0) }.map { "\(word) a text with \($0)" }
    }
    let facts =
      ["Tokenizer \(name)", NumberText.count(tokenizer.vocabularySize, "token")] + special
    return Wrap.lines(facts.joined(separator: view.separator), columns: view.columns)
      .joined(separator: "\n")
  }

  package func isEqual(to other: any HostObject) -> Bool {
    (other as? TokenizerObject)?.tokenizer === tokenizer
  }

  package func plain() throws -> Value? {
    .map([("name", .string(name)), ("vocab_size", .int(tokenizer.vocabularySize))])
  }

  package func absorb(into digest: inout DigestBuilder) {
    digest.count(tokenizer.files.count)
    for file in tokenizer.files {
      digest.text(file.name)
      digest.bytes(file.bytes)
    }
  }
}

extension Tokenizer {
  /// Whether ids of one mean the same to the other: they were read from the same files.
  func isSame(as other: Tokenizer) -> Bool {
    self === other
      || files.elementsEqual(other.files) { $0.name == $1.name && $0.bytes == $1.bytes }
  }
}
