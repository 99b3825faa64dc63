/// The name of a model on a hub: `owner/name`, or `name` alone for the oldest ones (`gpt2`).
package struct HubName: Hashable, Sendable, CustomStringConvertible {
  package let text: String

  /// Nil for a text that no model can be called: each part has letters, digits, `_`, `-` and `.`,
  /// begins and ends with none of `-` and `.`, and two of these never follow each other within
  /// `--` or `..` (huggingface_hub's rule). So no name leads out of the folder it is looked for in.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), text.utf8.count <= 96, parts.allSatisfy(Self.isPart),
      !text.contains("--"), !text.contains(".."), !text.hasSuffix(".git")
    else { return nil }
    self.text = text
  }

  private static func isPart(_ part: Substring) -> Bool {
    guard let first = part.utf8.first, let last = part.utf8.last else { return false }
    let marks: [UInt8] = [UInt8(ascii: "-"), UInt8(ascii: ".")]
    return !marks.contains(first) && !marks.contains(last)
      && part.utf8.allSatisfy {
        isLetterOrDigit($0) || $0 == UInt8(ascii: "_") || marks.contains($0)
      }
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  package var description: String { text }

  /// Whether it has an owner, as all names of today have.
  package var hasOwner: Bool { text.utf8.contains(UInt8(ascii: "/")) }

  /// The folder of the cache that keeps it: `models--owner--name`.
  var folder: String {
    "models--" + text.split(separator: "/").joined(separator: "--")
  }
}

/// A version of what a hub keeps: a branch, a tag, or the 40 hexadecimal digits of a commit.
package struct HubRevision: Hashable, Sendable, CustomStringConvertible {
  package let text: String

  package static let main = HubRevision(checked: "main")

  private init(checked text: String) { self.text = text }

  /// Nil for a text that git would not take for a name, or that could lead out of a folder.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    let forbidden = Set(" ~^:?*[\\\u{7F}".utf8)
    guard text.utf8.count <= 200,
      parts.allSatisfy({ !$0.isEmpty && !$0.hasPrefix(".") && !$0.hasPrefix("-") }),
      !text.contains(".."), text.utf8.allSatisfy({ $0 > 0x20 && !forbidden.contains($0) })
    else { return nil }
    self.text = text
  }

  package var description: String { text }

  /// Whether it names one state for ever.
  package var isCommit: Bool { Self.isCommit(text) }

  static func isCommit(_ text: String) -> Bool { text.utf8.count == 40 && isHexadecimal(text) }
}

/// Whether a text is nothing but the digits 0-9 and a-f.
func isHexadecimal(_ text: String) -> Bool {
  text.utf8.allSatisfy {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
      || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
  }
}
