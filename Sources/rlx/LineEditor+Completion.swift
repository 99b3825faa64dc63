import CEditLine
import RLXSession

/// The Tab key.
extension LineEditor {
  private static let indent = "  "

  /// Completes what is typed as far as that is certain; at the start of a row, and where nothing in
  /// particular belongs, it indents. A second Tab where nothing was certain lists what there is.
  func tab() -> Int32 {
    // What comes faster than a person types is pasted or was typed ahead: a Tab in it is text, but
    // for a key that repeats.
    if input.hasPending, !input.hasPending(only: UInt8(ascii: "\t")) { return insert("\t") }
    let buffer = Buffer(before: textBeforeCursor, after: textAfterCursor)
    let last = undecided
    undecided = nil
    let row = buffer.before.split(separator: "\n", omittingEmptySubsequences: false).last ?? ""
    if row.isEmpty { return insert(Self.indent) }
    guard
      let list = complete(buffer.before + buffer.after, buffer.before.unicodeScalars.count)
    else { return CC_ERROR }
    let isBlank = row.allSatisfy(\.isWhitespace)
    if list.isOpen || (isBlank && list.items.isEmpty) {
      return row.last?.isWhitespace == true ? insert(Self.indent) : CC_ERROR
    }
    if let insertion = list.insertion {
      return replace(list.replaced.count, with: insertion, isCertain: list.items.count == 1)
    }
    guard !list.items.isEmpty else { return CC_ERROR }
    undecided = buffer
    guard last == buffer else { return CC_ERROR }
    show(below: CompletionTable(list: list, columns: window.columns, rows: window.rows).text)
    return CC_NORM
  }

  /// Puts text in the place of the scalars before the cursor.
  private func replace(_ count: Int, with text: String, isCertain: Bool) -> Int32 {
    let kept = textBeforeCursor.unicodeScalars.dropLast(count)
    if count > 0 { el_deletestr(editor, Int32(count)) }
    let result = insert(text)
    if !isCertain {
      undecided = Buffer(before: String(kept) + text, after: textAfterCursor)
    }
    return result
  }
}
