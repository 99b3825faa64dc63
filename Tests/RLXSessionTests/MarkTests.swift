import RLXSession
import RLXTensor
import Testing

@Suite struct MarkTests {
  static let hash = String(repeating: "0f", count: 32)

  @Test(arguments: [
    Mark.session(
      SessionHeader(version: "0.1.0", machine: "linux-x86_64 avx512", engine: "onednn 2.6.3")),
    .seed(UInt64.max),
    .arguments(["tour.rlx", "two words", "quote\"s", "line\nbreak", ""]),
    .input(InputRecord(hash: hash, size: 48_123, rows: nil, path: "data/a file.jsonl")),
    .input(InputRecord(hash: hash, size: nil, rows: 120, path: "labels.db")),
    .outline(
      StatementOutline(
        exact: hash, numbers: NumberSketch(count: 2, sums: [0.1, -3, 1e-300, 2.5]),
        tensors: [FloatSketch(count: 6, length: 1.5, sums: [.infinity, -0.25])])),
    .outline(StatementOutline(exact: hash, numbers: NumberSketch(), tensors: [])),
    .digest(hash, preview: "1 comparison | really"),
    .digest(hash, preview: nil),
    .answer(AnswerRecord(choice: "2", shown: hash, by: "a1")),
    .answer(AnswerRecord(choice: "tie", shown: hash, by: "Ann \"Bo\" C.")),
    .stopped(at: 8123),
    .undone(2),
    .redone(1),
    .failure(kind: "type", digest: hash),
    .end(statements: 5, chain: hash),
  ])
  func readsBackWhatItWrites(mark: Mark) {
    #expect(Mark(line: mark.line) == mark)
  }

  @Test(arguments: [
    "# a comment", "#=nothing", "#% input sha256:12 3 x", "#= sha256:zz", "#~ stopped", "x = 1",
    "#% about sha256:12 numbers=0,0,0,0,0 tensors=none", "#% about", "#% session 2 · rlx 1 · m · e",
    "#< label choice=1 shown=sha256:00 by=a", "",
  ])
  func takesNothingElseForAMark(line: String) {
    #expect(Mark(line: line) == nil)
  }

  @Test func chainDependsOnTextDigestAndOrder() {
    var first = SessionEntry(text: "x = 1")
    first.digest = Self.hash
    var second = SessionEntry(text: "y = 1")
    second.digest = Self.hash
    var forward = DigestChain()
    forward.append(first)
    forward.append(second)
    var backward = DigestChain()
    backward.append(second)
    backward.append(first)
    #expect(forward != backward)
  }
}
