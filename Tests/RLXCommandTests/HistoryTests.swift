import Foundation
import RLXTestSupport
import Testing

@testable import rlx

@Suite struct HistoryTests {
  @Test func inputsOfSeveralLinesComeBackWhole() throws {
    let folder = try ScratchFolder()
    let path = folder.file("state/rlx/history.jsonl")
    let inputs = ["x = 1", "f(\n  \"é 日本 \\n\",\n)", "😀"]
    let first = History(path: path)
    inputs.forEach(first.append)
    #expect(History(path: path).entries == inputs)
  }

  @Test func shellsShareTheFile() throws {
    let folder = try ScratchFolder()
    let path = folder.file("history.jsonl")
    let (one, two) = (History(path: path), History(path: path))
    one.append("a")
    two.append("b")
    one.append("c")
    #expect(History(path: path).entries == ["a", "b", "c"])
  }

  @Test func repeatsAndBlanksAreNotKept() throws {
    let history = History(path: nil)
    ["a", "a", " ", "b", "a"].forEach(history.append)
    #expect(history.entries == ["a", "b", "a"])
  }

  @Test func brokenLinesArePassedOverAndDoNotSwallowTheNext() throws {
    let folder = try ScratchFolder()
    let path = folder.file("history.jsonl")
    History(path: path).append("good")
    let file = try #require(FileHandle(forWritingAtPath: path))
    try file.seekToEnd()
    try file.write(contentsOf: Data("not json\n{\"text\":\"cut of".utf8))
    try file.close()
    History(path: path).append("next")
    #expect(History(path: path).entries == ["good", "next"])
  }

  @Test func aPathThatCannotBeWrittenDisturbsNobody() {
    let history = History(path: "/proc/nowhere/history.jsonl")
    history.append("a")
    #expect(history.entries == ["a"])
  }
}
