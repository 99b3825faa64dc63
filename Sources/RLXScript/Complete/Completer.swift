/// The completion engine: what could stand at a cursor, from the text before it, the names of an
/// interpreter and the tables of its registry. Nothing is evaluated.
package final class Completer {
  /// How much of a long text before the cursor is read.
  static let bytesRead = 64 * 1024
  /// How many names of a session, or keys of a map, are looked at.
  static let namesRead = 10_000

  let interpreter: Interpreter
  let tables: OutlineTables
  let paths: any PathSource
  let question: CompletionQuestion
  let outlines: OutlineFinder
  let rest: Substring
  private let cursor: Int
  var matcher: SuggestionMatcher

  /// `cursor` counts scalars of `text`, and is clipped to it.
  package init(
    _ interpreter: Interpreter, tables: OutlineTables, paths: any PathSource, text: String,
    cursor: Int
  ) {
    let scalars = text.unicodeScalars
    let place =
      scalars.index(scalars.startIndex, offsetBy: max(0, cursor), limitedBy: scalars.endIndex)
      ?? scalars.endIndex
    self.cursor = min(max(0, cursor), scalars.count)
    self.interpreter = interpreter
    self.tables = tables
    self.paths = paths
    rest = text[place...]
    question = CompletionQuestion(Source(Self.tail(of: text[..<place]), name: "<cursor>"))
    outlines = OutlineFinder(interpreter, question.scope, tables)
    matcher = SuggestionMatcher(question.typed)
  }

  /// The text, or its last whole lines where it is long.
  private static func tail(of text: Substring) -> String {
    guard text.utf8.count > bytesRead else { return String(text) }
    let end = text.utf8.suffix(bytesRead)
    let line = end.firstIndex(of: UInt8(ascii: "\n")).map(end.index(after:)) ?? end.startIndex
    return String(decoding: end[line...], as: UTF8.self)
  }

  package func complete() -> Suggestions {
    var isOpen = false
    switch question.subject {
    case .nothing, .text: break
    case .infix:
      if !matcher.typed.isEmpty {
        offerKeywords([.and, .or, .in, .not, .then, .else, .catch, .as])
      }
      isOpen = matcher.typed.isEmpty
    case .member(let object): offerMembers(of: outlines.outline(object))
    case .key(let object): isOpen = offerKeys(of: outlines.outline(object))
    case .use: offerPaths(of: nil)
    case .name(let startsStatement, let argument):
      isOpen = !offerArgument(argument)
      if question.string == nil, isOpen || !matcher.typed.isEmpty {
        offerNames(startsStatement: startsStatement)
      }
      isOpen = isOpen && matcher.typed.isEmpty && question.string == nil
    }
    let start = cursor - question.typed.unicodeScalars.count
    var result = matcher.suggestions(replacing: start..<cursor, before: rest)
    result.isOpen = isOpen
    // The only parameter is most often meant without its name.
    if matcher.typed.isEmpty, result.list.first?.kind == .argument { result.insertion = nil }
    return result
  }

  // MARK: Subscripts

  /// Offers what `x["…"]` takes; returns whether any other index could be meant.
  private func offerKeys(of object: Outline) -> Bool {
    let keys = outlines.keys(of: object, limit: Self.namesRead)
    for key in keys { offerText(key.name, .key, doc: key.doc, closing: "]") }
    guard question.string == nil else { return false }
    if !matcher.typed.isEmpty || keys.isEmpty { offerNames(startsStatement: false) }
    return keys.isEmpty && matcher.typed.isEmpty
  }

  /// Offers a string: its spelling inside the literal the cursor is in, or a whole literal.
  func offerText(
    _ text: String, _ kind: Suggestion.Kind, detail: String = "", doc: String = "",
    closing: String = ""
  ) {
    guard let string = question.string else {
      matcher.offer(text) {
        Suggestion(
          StringSpelling.quoted(text), kind, detail: detail, doc: doc, closing: closing)
      }
      return
    }
    guard let spelled = StringSpelling(string: string).spelled(text) else { return }
    matcher.offer(spelled) {
      Suggestion(
        spelled, kind, detail: detail, doc: doc, closing: string.closing + closing)
    }
  }
}
