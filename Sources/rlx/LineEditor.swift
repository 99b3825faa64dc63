import CEditLine
import Glibc
import RLXSession

/// The prompt's line editor, on libedit: the only file that calls it.
///
/// An input of several lines is one buffer with newlines in it. Enter asks `classify` whether the
/// buffer can run, and starts a new row if not.
final class LineEditor: LineReader {
  /// Keys of our own that no terminal sends; see `push`.
  private enum PrivateKey {
    static let acceptLine = "\u{1B}[9001~"
    static let previousRow = "\u{1B}[9002~"
    static let nextRow = "\u{1B}[9003~"
  }

  let editor: OpaquePointer
  let input: TerminalInput
  private let mode: TerminalMode
  let history: History
  private let classify: (String) -> InputState
  let complete: (String, Int) -> CompletionList?
  private let editedHistory: OpaquePointer
  /// libedit keeps a pointer to the prompt for as long as it shows it.
  private let prompt: UnsafeMutablePointer<wchar_t>
  private let bracketsPaste: Bool
  private var wasInterrupted = false
  /// The buffer at the last Tab that left something to choose; the next one lists it.
  var undecided: Buffer?
  /// The way back in history, while what it shows is not edited.
  var recalled: Recall?
  /// What the buffer was before each edit of this input.
  var edits = EditHistory()

  /// Nil where libedit cannot use this terminal. Only one editor may exist at a time.
  init?(
    input: TerminalInput, mode: TerminalMode, history: History, readsConfiguration: Bool,
    classify: @escaping (String) -> InputState,
    complete: @escaping (String, Int) -> CompletionList?
  ) {
    Self.setLocale()
    guard let editor = rlx_edit_open("rlx") else { return nil }
    guard let editedHistory = rlx_history_open(10_000) else {
      el_end(editor)
      return nil
    }
    // libedit has seen the usual settings by now. It changes them only when it waits for a key, after
    // the prompt is shown: a Ctrl-D typed in between would be lost.
    mode.takeKeys()
    self.editor = editor
    self.editedHistory = editedHistory
    self.input = input
    self.mode = mode
    self.history = history
    self.classify = classify
    self.complete = complete
    bracketsPaste = getenv("TERM").map { String(cString: $0) } != "dumb"
    let wide = promptText.wide
    prompt = .allocate(capacity: wide.count)
    prompt.initialize(from: wide, count: wide.count)
    configure(readsConfiguration: readsConfiguration)
    for entry in history.entries { rlx_history_add(editedHistory, entry.wide) }
  }

  deinit {
    el_end(editor)
    history_wend(editedHistory)
    prompt.deallocate()
  }

  func read() -> PromptInput {
    input.forgetWakes()
    wasInterrupted = false
    (undecided, recalled, edits) = (nil, nil, EditHistory())
    if bracketsPaste { mode.bracketPaste(true) }
    mode.takeKeys(interruptsAreKeys: true)  // libedit does so only after the prompt has been seen
    defer {
      if bracketsPaste { mode.bracketPaste(false) }
      mode.takeKeys()
    }
    var count: Int32 = 0
    guard let line = el_wgets(editor, &count), count > 0 else {
      if wasInterrupted {
        leaveBuffer()
        el_reset(editor)
        return .interrupted
      }
      return .end
    }
    var text = String(wide: UnsafeBufferPointer(start: line, count: Int(count)))
    if text.last == "\n" { text.removeLast() }
    return .text(text)
  }

  func remember(_ text: String) {
    guard !text.isBlank else { return }
    history.append(text)
    rlx_history_add(editedHistory, text.wide)
  }
}

// MARK: Setting up

extension LineEditor {
  /// libedit drops every character outside ASCII without a word unless the locale knows UTF-8.
  private static func setLocale() {
    setlocale(LC_CTYPE, "")
    if String(cString: nl_langinfo(nl_item(CODESET))) != "UTF-8" { setlocale(LC_CTYPE, "C.UTF-8") }
  }

  private func configure(readsConfiguration: Bool) {
    rlx_edit_set_context(editor, Unmanaged.passUnretained(self).toOpaque())
    rlx_edit_set_prompt(editor) { LineEditor.of($0)?.prompt }
    rlx_edit_set_history(editor, editedHistory)
    rlx_edit_set_reader(editor) { editor, result in
      guard let self = LineEditor.of(editor), let result else { return 0 }
      return self.readKey(into: result)
    }
    rlx_edit_add_commands(
      editor,
      { editor, _ in LineEditor.run(editor) { $0.enter() } },
      { editor, _ in LineEditor.run(editor) { $0.insert("\n") } },
      { editor, _ in LineEditor.run(editor) { $0.up() } },
      { editor, _ in LineEditor.run(editor) { $0.down() } },
      { editor, _ in LineEditor.run(editor) { $0.paste() } },
      { editor, _ in LineEditor.run(editor) { $0.tab() } },
      { editor, _ in LineEditor.run(editor) { $0.undo() } })
    rlx_edit_read_interrupts(editor)
    for (key, command) in [
      ("\\e[A", "rlx-up"), ("\\eOA", "rlx-up"), ("^P", "rlx-up"),
      ("\\e[B", "rlx-down"), ("\\eOB", "rlx-down"), ("^N", "rlx-down"),
      ("\\e[H", "ed-move-to-beg"), ("\\e[F", "ed-move-to-end"),
      ("\\e[1~", "ed-move-to-beg"), ("\\e[4~", "ed-move-to-end"), ("\\e[3~", "ed-delete-next-char"),
      ("^I", "rlx-complete"), ("^_", "rlx-undo"), ("^X^U", "rlx-undo"),
    ] { bind(key, command) }
    // The user's own keys come after ours, save those without which the prompt cannot work.
    if readsConfiguration { el_source(editor, nil) }
    for (key, command) in [
      ("^M", "rlx-enter"), ("^J", "rlx-enter"), ("\\e^M", "rlx-newline"), ("\\e^J", "rlx-newline"),
      ("\\e[200~", "rlx-paste"), (PrivateKey.acceptLine, "ed-newline"),
      (PrivateKey.previousRow, "ed-prev-line"), (PrivateKey.nextRow, "ed-next-line"),
      // libedit's own command line: nothing of ours, and an open quote in it crashes libedit.
      ("\\ex", "ed-unassigned"), ("\\eX", "ed-unassigned"),
    ] { bind(key, command) }
  }

  private func bind(_ key: String, _ command: String) {
    rlx_edit_bind(editor, key.wide, command.wide)
  }

  private static func of(_ editor: OpaquePointer?) -> LineEditor? {
    guard let editor, let context = rlx_edit_context(editor) else { return nil }
    return Unmanaged<LineEditor>.fromOpaque(context).takeUnretainedValue()
  }

  private static func run(
    _ editor: OpaquePointer?, _ action: (LineEditor) -> Int32
  ) -> UInt8 {
    of(editor).map { UInt8(truncatingIfNeeded: action($0)) } ?? UInt8(CC_ERROR)
  }
}

// MARK: Keys

extension LineEditor {
  private func enter() -> Int32 {
    if PromptEntry.split(buffer, classify: classify).isReady {
      // Not CC_NEWLINE: on an empty buffer libedit would take that for the end of input.
      return push(PrivateKey.acceptLine)
    }
    return insert("\n")
  }

  /// Up goes to the row above; on the first row it goes back in history.
  private func up() -> Int32 {
    textBeforeCursor.contains("\n") ? push(PrivateKey.previousRow) : recall(backward: true)
  }

  private func down() -> Int32 {
    textAfterCursor.contains("\n") ? push(PrivateKey.nextRow) : recall(backward: false)
  }

  /// Takes everything up to the paste's end mark into the buffer; nothing runs before an Enter.
  private func paste() -> Int32 {
    let end = Array("\u{1B}[201~".utf8)
    var bytes: [UInt8] = []
    while !bytes.suffix(end.count).elementsEqual(end) {
      switch input.next() {
      case .byte(TerminalInput.interruptKey), .interrupt:
        wasInterrupted = true
        return CC_EOF
      case .byte(let byte): bytes.append(byte)
      case .end: return CC_EOF
      case .resize, .resume, .timeout: continue
      }
    }
    let text = String(decoding: bytes.dropLast(end.count), as: UTF8.self)
    return insert(PastedText.cleaned(text, classify: classify))
  }

  func insert(_ text: String) -> Int32 {
    el_winsertstr(editor, text.wide) == 0 ? CC_REFRESH : CC_ERROR
  }

  /// Has libedit run one of its own commands next, by the private key bound to it.
  private func push(_ key: String) -> Int32 {
    el_wpush(editor, key.wide)
    return CC_NORM
  }

  /// libedit's way to a key: 1 and the character, 0 at the end of input, -1 to give up the line.
  private func readKey(into result: UnsafeMutablePointer<wchar_t>) -> Int32 {
    // What comes in one go, such as a paste of a terminal that marks none, is one edit.
    if !input.hasPending { edits.note(Buffer(before: textBeforeCursor, after: textAfterCursor)) }
    while true {
      let (scalar, event) = input.nextScalar()
      if let scalar, event != .byte(TerminalInput.interruptKey) {
        result.pointee = wchar_t(bitPattern: scalar.value)
        return 1
      }
      switch event {
      case .byte(TerminalInput.interruptKey), .interrupt:
        wasInterrupted = true
        errno = EINTR
        return -1
      case .resize: redraw()
      case .resume:
        rlx_edit_prepare_terminal(editor)
        rlx_edit_refresh(editor)
      case .byte, .timeout: continue
      case .end: return 0
      }
    }
  }
}

// MARK: The buffer and the screen

extension LineEditor {
  var buffer: String { textBeforeCursor + textAfterCursor }

  var textBeforeCursor: String {
    guard let line = el_wline(editor)?.pointee else { return "" }
    return String(wide: UnsafeBufferPointer(start: line.buffer, count: line.cursor - line.buffer))
  }

  var textAfterCursor: String {
    guard let line = el_wline(editor)?.pointee else { return "" }
    return String(wide: UnsafeBufferPointer(start: line.cursor, count: line.lastchar - line.cursor))
  }

  /// Draws the line again after the window has changed; libedit would only paint over it.
  private func redraw() {
    let rows = Self.rows(of: promptText + textBeforeCursor, columns: window.columns) - 1
    writeAll((rows > 0 ? "\u{1B}[\(rows)A" : "") + "\r\u{1B}[J", to: STDOUT_FILENO)
    el_resize(editor)
    rlx_edit_refresh(editor)
  }

  /// Shows lines below what is being edited, and the prompt with the buffer below them.
  func show(below text: String) {
    let columns = window.columns
    let all = Self.rows(of: promptText + textBeforeCursor + textAfterCursor, columns: columns)
    let down = all - Self.rows(of: promptText + textBeforeCursor, columns: columns) + 1
    writeAll(String(repeating: "\n", count: max(down, 1)) + text, to: STDOUT_FILENO)
    rlx_edit_refresh(editor)
  }

  /// The size of the terminal; 80 by 24 where it does not say.
  var window: (columns: Int, rows: Int) {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0
    else { return (80, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// How many rows of the window a text takes: terminals wrap long rows.
  private static func rows(of text: String, columns: Int) -> Int {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .reduce(0) { $0 + 1 + TextWidth.of($1) / columns }
  }

  /// Leaves a given-up line on the screen as it stands and goes below it.
  private func leaveBuffer() {
    let rows = textAfterCursor.filter { $0 == "\n" }.count
    writeAll((rows > 0 ? "\u{1B}[\(rows)B" : "") + "^C\n", to: STDOUT_FILENO)
  }
}

extension String {
  /// The scalars with a zero after them, as C's wide functions want them.
  var wide: [wchar_t] {
    unicodeScalars.map { wchar_t(bitPattern: $0.value) } + [0]
  }

  fileprivate init(wide: UnsafeBufferPointer<wchar_t>) {
    var view = UnicodeScalarView()
    view.append(contentsOf: wide.map { Unicode.Scalar(UInt32(bitPattern: $0)) ?? "\u{FFFD}" })
    self.init(view)
  }
}
