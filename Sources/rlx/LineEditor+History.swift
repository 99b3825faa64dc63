import CEditLine

/// Up and Down through earlier inputs.
extension LineEditor {
  /// Where Up has got to, from what was typed before it.
  struct Recall {
    let typed: String
    var place: Int
    var shown: String
  }

  /// Puts the nearest earlier (or later) input that begins as typed in the buffer's place; of what
  /// was recalled and not edited the search goes on.
  func recall(backward: Bool) -> Int32 {
    let (text, entries) = (buffer, history.entries)
    var recall = Recall(typed: text, place: entries.count, shown: text)
    if let recalled, recalled.shown == text { recall = recalled }
    let fits = { (place: Int) in
      entries[place] != recall.shown && entries[place].utf8.starts(with: recall.typed.utf8)
    }
    let found =
      backward
      ? (0..<recall.place).last(where: fits)
      : (recall.place..<entries.count).dropFirst().first(where: fits)
    if let found {
      (recall.place, recall.shown) = (found, entries[found])
    } else if !backward, recall.place < entries.count {
      (recall.place, recall.shown) = (entries.count, recall.typed)
    } else {
      return CC_ERROR
    }
    recalled = recall
    replaceBuffer(with: Buffer(before: recall.shown, after: ""))
    return CC_REFRESH
  }
}
