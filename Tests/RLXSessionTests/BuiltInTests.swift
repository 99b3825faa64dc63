import Foundation
import RLXScript
import RLXSession
import RLXTestSupport
import Testing

/// What comes with rlx, opened by name.
@Suite(.serialized) struct BuiltInTests {
  @Test func eachThingOfTheTableIsThere() throws {
    let bench = ObjectBench()
    for entry in Resources.entries {
      let opened: String
      switch entry.kind {
      case .model: opened = try bench.shown("type(Model(\"\(entry.name)\"))")
      case .dataset: opened = try bench.shown("Dataset(\"\(entry.name)\").len > 100")
      case .preferences: opened = try bench.shown("Preferences(\"\(entry.name)\").len > 100")
      case .script: continue  // used by the tests of the world
      }
      #expect(["true", "\"Model\""].contains(opened), "\(entry.name)")
      #expect(entry.doc.hasSuffix("."))
    }
  }

  @Test func preferencesThatComeWithRlxAreCopied() throws {
    let bench = ObjectBench()
    let shown = try bench.shown(
      """
      a = Preferences("nano/prefs")
      n = a.len
      a.add(prompt: "p", chosen: " a", rejected: " b", by: "me")
      [a.len - n, Preferences("nano/prefs").len - n, a.name]
      """)
    #expect(shown == "[1, 0, \"nano/prefs\"]")
  }

  @Test(arguments: [
    ("Dataset([\"a\"]).save(\"nano\")", "is the name of a built-in model | \"./nano\""),
    ("write(\"nano/gold.rlx\", \"x\")", "is the name of a built-in script"),
    ("write(\"nano/tokenizer.json\", \"x\")", "is the name of a built-in file"),
    ("Model(\"nano/nothing\")", "there is no folder \"nano/nothing\""),
    ("Dataset(\"nano/nothing\")", "nano/nothing"),
    ("Dataset(\"nano/tex\")", "nothing built in is called so | Dataset(\"nano/text\")"),
    ("Dataset(\"nano/pref\")", "| Dataset(\"nano/prefs\")"),
    ("Preferences(\"nano/pref\")", "| Preferences(\"nano/prefs\")"),
    (
      "use \"nano/golb.rlx\"",
      "found no file \"nano/golb.rlx\", and nothing built in is called so | use \"nano/gold.rlx\""
    ),
    ("Preferences(\"nano/demos\")", "comparisons"),
  ])
  func saysWhatIsWrong(script: String, message: String) {
    let found = ObjectBench().error(script)
    #expect(found.contains(message), "\(found)")
  }

  @Test func sessionsRecordNamesAndReplaysFindThem() async throws {
    let scratch = try ScratchFolder()
    var options = SessionOptions()
    options.journal = scratch.file("session.rlx")
    let console = TestConsole()
    let session = try Session(options: options, console: console)
    let text = """
      use "nano/gold.rlx" as gold
      gold.happy("Once", " They smiled and were happy.") > 0.5
      Dataset("nano/prompts").len > 10
      Preferences("nano/prefs").len > 10
      """
    #expect(await session.run(text) == .done, "\(console.err)")
    await session.close()
    let journal = try String(contentsOfFile: scratch.file("session.rlx"), encoding: .utf8)
    #expect(journal.contains(" nano/gold.rlx\n"))
    #expect(journal.contains(" nano/prompts\n"))
    #expect(journal.contains(" nano/prefs\n"))
    #expect(!journal.contains("Resources"))
    let replayed = try Session(options: SessionOptions(), console: TestConsole())
    #expect(await replayed.replay(scratch.file("session.rlx")) == .done)
    let changed = journal.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.hasSuffix(" nano/prompts")
        ? "#% input sha256:\(String(repeating: "0", count: 64)) 7 nano/prompts" : String(line)
    }.joined(separator: "\n")
    try scratch.write(changed, to: "changed.rlx")
    let other = TestConsole()
    let differs = try Session(options: SessionOptions(), console: other)
    #expect(await differs.replay(scratch.file("changed.rlx")) == .failed(.replayDiffers))
    #expect(other.err.contains("input nano/prompts"), "\(other.err)")
  }
}
