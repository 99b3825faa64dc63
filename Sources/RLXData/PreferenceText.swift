/// A comparison as text: of two answers to a prompt, the one that was chosen and the other.
package struct PreferenceText: Equatable, Sendable {
  package var prompt: String
  package var chosen: String
  package var rejected: String
  /// Whether a chat template wrote them: then they hold all special tokens there are to be.
  package var isRendered = false

  package init(prompt: String, chosen: String, rejected: String, isRendered: Bool = false) {
    self.prompt = prompt
    self.chosen = chosen
    self.rejected = rejected
    self.isRendered = isRendered
  }
}

extension PreferenceText {
  private static let human = "\n\nHuman:"
  private static let assistant = "\n\nAssistant:"

  /// True if a text begins as the dialogues of the HH set do.
  static func isDialogue(_ text: String) -> Bool { text.utf8.starts(with: human.utf8) }

  /// Two dialogues of the HH set. The prompt is what they share up to and with the last
  /// "\n\nAssistant:" of it; nil if they share none.
  package init?(dialogues chosen: String, _ rejected: String) {
    let (first, second) = (Array(chosen.utf8), Array(rejected.utf8))
    let shared = zip(first, second).prefix { $0 == $1 }.count
    let mark = Array(Self.assistant.utf8)
    let cut = (mark.count...max(mark.count, shared)).last {
      $0 <= shared && first[($0 - mark.count)..<$0].elementsEqual(mark)
    }
    guard let cut else { return nil }
    self.init(first, second, cut: cut)
  }

  /// Two texts with the prompt at their head: the longest they share, without a last space, which
  /// belongs to the answers, and so that something is left of either (TRL's `extract_prompt`; where they
  /// share nothing and the chosen one ends in a space, TRL's takes nearly all of it, and this does not).
  package init(sharedHead chosen: String, _ rejected: String) {
    let (first, second) = (Array(chosen.utf8), Array(rejected.utf8))
    let shared = zip(first, second).prefix { $0 == $1 }.count
    let isWhole = shared == min(first.count, second.count)
    var cut = isWhole ? max(0, shared - 1) : shared
    // Not within a character: 10xxxxxx continues one.
    while cut > 0, [first, second].contains(where: { cut < $0.count && $0[cut] & 0xC0 == 0x80 }) {
      cut -= 1
    }
    if !isWhole, cut > 0, first[cut - 1] == UInt8(ascii: " ") { cut -= 1 }
    self.init(first, second, cut: cut)
  }

  private init(_ first: [UInt8], _ second: [UInt8], cut: Int) {
    self.init(
      prompt: String(decoding: first[..<cut], as: UTF8.self),
      chosen: String(decoding: first[cut...], as: UTF8.self),
      rejected: String(decoding: second[cut...], as: UTF8.self))
  }
}
