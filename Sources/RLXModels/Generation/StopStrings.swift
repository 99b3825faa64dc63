/// The texts that end an answer, looked for in its decoded text: they may straddle tokens.
struct StopStrings: Sendable {
  private let patterns: [[UInt8]]
  private let longest: Int

  init(_ texts: [String]) {
    patterns = texts.map { Array($0.utf8) }
    longest = patterns.map(\.count).max() ?? 0
  }

  var isEmpty: Bool { patterns.isEmpty }

  /// Where the first of them begins in `text`, nil if none is there. Everything before `seen` was
  /// searched before.
  func firstIndex(in text: [UInt8], seen: Int = 0) -> Int? {
    let start = max(0, seen - longest + 1)
    return patterns.compactMap { ByteText.firstIndex(of: $0, in: text, from: start) }.min()
  }
}
