import CEditLine

/// Taking back what was done to the line.
extension LineEditor {
  /// What is being edited, in two halves.
  struct Buffer: Equatable {
    var before: String
    var after: String

    var text: String { before + after }
  }

  /// What the buffer was before each edit of an input, the newest last.
  ///
  /// Letters typed one after another are one edit, up to the space that ends a word.
  struct EditHistory {
    private var past: [Buffer] = []
    private var now = Buffer(before: "", after: "")
    private var isTyping = false

    /// Looks at the buffer between two keys.
    mutating func note(_ buffer: Buffer) {
      defer { now = buffer }
      guard buffer.text != now.text else {
        if buffer != now { isTyping = false }  // the cursor went elsewhere
        return
      }
      let typed = buffer.after == now.after && buffer.before.dropLast() == now.before
      if !(typed && isTyping && !(now.before.last?.isWhitespace ?? true)) { past.append(now) }
      isTyping = typed
    }

    /// The buffer before the last edit, which is then forgotten.
    mutating func takeBack() -> Buffer? {
      guard let last = past.popLast() else { return nil }
      (now, isTyping) = (last, false)
      return last
    }
  }

  /// Ctrl-_: the buffer and the cursor as they were before the last edit.
  func undo() -> Int32 {
    guard let last = edits.takeBack() else { return CC_ERROR }
    replaceBuffer(with: last)
    return CC_REFRESH
  }

  /// Puts another text in the buffer's place.
  func replaceBuffer(with new: Buffer) {
    _ = el_cursor(editor, Int32(textAfterCursor.unicodeScalars.count))
    el_deletestr(editor, Int32(buffer.unicodeScalars.count))
    if !new.text.isEmpty { _ = insert(new.text) }
    _ = el_cursor(editor, -Int32(new.after.unicodeScalars.count))
  }
}
