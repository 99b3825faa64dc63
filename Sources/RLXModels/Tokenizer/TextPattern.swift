import CPCRE2

/// A pattern of a tokenizer, compiled to machine code by PCRE2.
final class TextPattern: @unchecked Sendable {  // The code is only read once it is made.
  /// A stretch of a text, matched or between two matches; indices of the text.
  struct Span {
    var range: Range<Int>
    var isMatch: Bool
  }

  private let code: OpaquePointer
  /// Steps after which PCRE2 gives up on one match, about a second: only patterns that go back and
  /// forth over a text exponentially often come there.
  static let matchLimit: UInt32 = 10_000_000
  private static let stackLimit = 256 << 20

  /// GPT-2's pattern: contractions, words with the space before them, numbers, other signs, space.
  static let gpt2 = own(
    #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#)

  /// A single digit or other number.
  static let numbers = own(#"\p{N}"#)

  /// Words, and runs of other signs.
  static let words = own(#"\w+|[^\w\s]+"#)

  /// A single white space.
  static let space = own(#"\s"#)

  private static func own(_ pattern: String) -> TextPattern {
    do throws(PatternFault) { return try TextPattern(pattern) } catch {
      preconditionFailure(error.found)
    }
  }

  init(_ pattern: String) throws(PatternFault) {
    let translated = Array("(*LF)\(try PatternSyntax.translated(pattern))".utf8)
    var error: Int32 = 0
    var place = 0
    guard
      let code = pcre2_compile_8(
        translated, translated.count, UInt32(PCRE2_NEVER_UTF), &error, &place, nil)
    else { throw PatternFault(Self.message(error)) }
    self.code = code
    // Without a compiler for this processor PCRE2 interprets the pattern.
    _ = pcre2_jit_compile_8(code, UInt32(PCRE2_JIT_COMPLETE))
  }

  deinit { pcre2_code_free_8(code) }

  private static func message(_ error: Int32) -> String {
    var text = [UInt8](repeating: 0, count: 256)
    let length = pcre2_get_error_message_8(error, &text, text.count)
    return String(decoding: text.prefix(max(0, Int(length))), as: UTF8.self)
  }

  /// Hands out the matches in `text` and what lies between them, in order: together the whole
  /// text. A match may be empty. Throws `PatternGaveUp` where PCRE2 gives up.
  func forEachSpan(of text: ArraySlice<UInt8>, _ body: (Span) throws -> Void) throws {
    guard let shadow = CharacterClasses.shadow(of: text) else {
      let start = text.startIndex
      try text.withUnsafeBufferPointer { subject in
        try forEachSpan(in: subject) { range, isMatch in
          try body(
            Span(range: start + range.lowerBound..<start + range.upperBound, isMatch: isMatch))
        }
      }
      return
    }
    var at = text.startIndex
    try shadow.withUnsafeBufferPointer { subject in
      try forEachSpan(in: subject) { range, isMatch in
        let start = at
        for _ in range { at += ByteText.length(from: text[at]) }
        try body(Span(range: start..<min(at, text.endIndex), isMatch: isMatch))
      }
    }
  }

  private func forEachSpan(
    in subject: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>, Bool) throws -> Void
  ) throws {
    guard let match = pcre2_match_data_create_8(1, nil),
      let context = pcre2_match_context_create_8(nil)
    else { preconditionFailure("out of memory") }
    var stack: OpaquePointer?
    defer {
      pcre2_match_data_free_8(match)
      pcre2_match_context_free_8(context)
      pcre2_jit_stack_free_8(stack)
    }
    pcre2_set_match_limit_8(context, Self.matchLimit)
    var start = 0
    var handedOut = 0
    var lastEnd: Int?
    while start <= subject.count {
      var result = pcre2_match_8(code, subject.baseAddress, subject.count, start, 0, match, context)
      if result == PCRE2_ERROR_JIT_STACKLIMIT, stack == nil {
        stack = pcre2_jit_stack_create_8(32 << 10, Self.stackLimit, nil)
        pcre2_jit_stack_assign_8(context, nil, stack.map { UnsafeMutableRawPointer($0) })
        result = pcre2_match_8(code, subject.baseAddress, subject.count, start, 0, match, context)
      }
      if result < 0 && result != PCRE2_ERROR_NOMATCH { throw PatternGaveUp() }
      guard result > 0, let found = pcre2_get_ovector_pointer_8(match) else { break }
      let range = found[0]..<found[1]
      if range.isEmpty && lastEnd == range.upperBound {
        // No second empty match in one place: look on after the next character.
        start += 1
        continue
      }
      if handedOut < range.lowerBound { try body(handedOut..<range.lowerBound, false) }
      try body(range, true)
      handedOut = range.upperBound
      start = handedOut
      lastEnd = handedOut
    }
    if handedOut < subject.count { try body(handedOut..<subject.count, false) }
  }
}

/// A pattern went back and forth over a text more often than anybody can wait for.
struct PatternGaveUp: Error {}

/// What becomes of the matches of a Split.
enum SplitBehavior: String, CaseIterable, Sendable {
  case removed = "Removed"
  case isolated = "Isolated"
  case mergedWithPrevious = "MergedWithPrevious"
  case mergedWithNext = "MergedWithNext"
  case contiguous = "Contiguous"

  /// The pieces that spans of a text make; empty ones may be among them.
  func pieces(_ spans: [TextPattern.Span]) -> [Range<Int>] {
    switch self {
    case .isolated: spans.map(\.range)
    case .removed: spans.filter { !$0.isMatch }.map(\.range)
    case .contiguous: joined(spans) { before, span in before == span.isMatch }
    case .mergedWithPrevious: joined(spans) { before, span in span.isMatch && before == false }
    case .mergedWithNext:
      joined(spans.reversed()) { before, span in span.isMatch && before == false }.reversed()
    }
  }

  /// The spans, each joined to the one before it where `joins` says so of that one's `isMatch`.
  private func joined(
    _ spans: [TextPattern.Span], _ joins: (Bool, TextPattern.Span) -> Bool
  ) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    var before: Bool?
    for span in spans {
      if let previous = before, let last = pieces.last, joins(previous, span) {
        pieces[pieces.count - 1] =
          min(last.lowerBound, span.range.lowerBound)..<max(last.upperBound, span.range.upperBound)
      } else {
        pieces.append(span.range)
      }
      before = span.isMatch
    }
    return pieces
  }
}
