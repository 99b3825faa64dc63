import Foundation
import RLXData

/// Writes a session file as the session happens.
///
/// A statement is appended before it runs, its result after; a person's answers are on disk before
/// the next question. A killed shell so loses at most the statement that ran. The file is locked
/// while its session lives: a journal that can be locked and has no end was left by a dead one.
package final class JournalWriter {
  package let path: String
  private let file: Int32

  /// Creates the file (there must be none yet, or an empty one) and writes its header.
  package init(path: String, header: [Mark]) throws(DataError) {
    self.path = path
    file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o644)
    guard file >= 0 else {
      throw DataError(
        file: path, line: nil, found: String(cString: strerror(errno)),
        wanted: "a place to write the session to",
        remedy: "choose another path, or --no-journal for none")
    }
    _ = flock(file, LOCK_EX | LOCK_NB)
    append("#!/usr/bin/env rlx\n" + header.map { $0.line + "\n" }.joined())
  }

  deinit {
    close(file)
  }

  /// Appends a statement that is about to run.
  package func begin(_ entry: SessionEntry) {
    append(entry.leading + entry.text + entry.trailing + "\n")
  }

  /// Appends an answer and waits until it is on disk: a label is never lost.
  package func answer(_ answer: AnswerRecord) {
    append(Mark.answer(answer).line + "\n")
    fdatasync(file)
  }

  /// Appends what a statement came to; its answers are written already.
  package func finish(_ entry: SessionEntry) {
    var rest = entry
    rest.answers = []
    append(rest.marks.map { $0.line + "\n" }.joined())
  }

  package func note(_ mark: Mark) {
    append(mark.line + "\n")
  }

  package func flush() {
    fdatasync(file)
  }

  /// One `write` call a record: records of a killed process are whole but for the last.
  private func append(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while !rest.isEmpty {
        let done = write(file, rest.baseAddress, rest.count)
        if done < 0, errno != EINTR { return }
        if done > 0 { rest = UnsafeRawBufferPointer(rebasing: rest[done...]) }
      }
    }
  }
}

extension SessionEntry {
  /// The whole entry as text: what `:save` and `--record` write.
  package var lines: String {
    leading + text + trailing + "\n" + marks.map { $0.line + "\n" }.joined()
  }
}
