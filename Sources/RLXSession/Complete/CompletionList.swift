import RLXScript

/// What could stand at a cursor, as the prompt and notebooks are told.
package struct CompletionList: Sendable {
  /// The scalars of the text that an item takes the place of; they end at the cursor.
  package var replaced: Range<Int>
  package var items: [CompletionItem]
  /// How many more there may be.
  package var more = 0
  /// What to put in the place of `replaced` without asking; nil where that would add nothing.
  package var insertion: String?
  /// Whether nothing is typed yet and any expression could begin here: a key that completes and
  /// indents should indent.
  package var isOpen = false
  /// How many names were looked at: the measure of the work.
  package var examined = 0

  init(_ found: Suggestions) {
    replaced = found.replaced
    items = found.list.map {
      CompletionItem(
        $0.text, kind: $0.kind.rawValue, detail: $0.detail, doc: $0.doc, closing: $0.closing)
    }
    more = found.more
    insertion = found.insertion
    isOpen = found.isOpen
    examined = found.examined
  }

  /// What begins as `typed`, which ends at `cursor`; else what is spelled nearly so. `rest` is the
  /// text after it.
  package init(
    of words: some Sequence<CompletionItem>, typed: String, cursor: Int, rest: Substring = ""
  ) {
    var matcher = SuggestionMatcher(typed)
    for word in words {
      matcher.offer(word.text) {
        Suggestion(
          word.text, Suggestion.Kind(rawValue: word.kind) ?? .value, detail: word.detail,
          doc: word.doc, closing: word.closing)
      }
    }
    let start = cursor - typed.unicodeScalars.count
    self.init(matcher.suggestions(replacing: start..<cursor, before: rest))
  }

  /// The same without what would follow a name: for a question about it.
  package var asTopics: CompletionList {
    var topics = self
    topics.items = items.filter { $0.kind != "keyword" }.map { item in
      var item = item
      item.closing = ""
      return item
    }
    if topics.items.count == 1, more == 0 { topics.insertion = topics.items[0].text }
    return topics
  }

  /// The same list in a text that has `count` more scalars before it.
  package func moved(by count: Int) -> CompletionList {
    var moved = self
    moved.replaced = (replaced.lowerBound + count)..<(replaced.upperBound + count)
    return moved
  }
}

/// One thing that could stand there.
package struct CompletionItem: Sendable, Equatable {
  /// As it is spelled in the text.
  package var text: String
  /// `argument`, `variable`, `function`, `type`, `keyword`, `property`, `method`, `key`, `value`,
  /// `file`, `folder`, `command` or `topic`.
  package var kind: String
  /// A few words: the type, the default, the signature.
  package var detail: String
  /// One line of documentation.
  package var doc: String
  /// What follows it when it is the only one.
  package var closing: String

  package init(
    _ text: String, kind: String, detail: String = "", doc: String = "", closing: String = ""
  ) {
    self.text = text
    self.kind = kind
    self.detail = detail
    self.doc = doc
    self.closing = closing
  }
}
