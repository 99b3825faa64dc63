import Foundation
import RLXScript
import RLXSession
import RLXTestSupport
import Testing

/// `snapshot()` and `restore(s)` in scripts.
@Suite(.serialized) struct SnapshotTests {
  private static let start = """
    m = Model(MODEL)
    sft = SFT(m, learning_rate: 1e-2)
    a = [1, 2]

    """

  @Test(arguments: [
    ("s = snapshot()\na[0] = 9\nrestore(s)\na", "[1, 2]"),
    ("s = snapshot()\nb = 5\nrestore(s)\nb", "5"),
    (
      "w = m.logits([1, 5])\ns = snapshot()\nsft.run([\"the cat\"], steps: 2)\nrestore(s)\n"
        + "[m.logits([1, 5]) == w, sft.log.len]", "[true, 0]"
    ),
    ("s = snapshot()\nx = randn([2])\nrestore(s)\nx == randn([2])", "true"),
    ("s = snapshot()\nfn back() { restore(s) }\na = 3\nback()\na", "3"),
    ("s = snapshot()\nm = nil\nrestore(s)\nm.frozen", "false"),
    (
      "s = snapshot()\nresults = []\nfor lr in [1e-2, 1e-3] {\n  restore(s)\n"
        + "  results += [SFT(m, learning_rate: lr).run([\"the cat\"], steps: 2).len]\n}\nresults",
      "[2, 2]"
    ),
    (
      "p = Preferences(\"memory\")\ns = snapshot()\np.add(prompt: \"a\", chosen: \"b\", rejected: "
        + "\"c\")\nrestore(s)\np.len", "0"
    ),
    (
      "s = snapshot()\nsft.run([\"the cat\"], steps: 1)\nt = snapshot()\nrestore(s)\nrestore(t)\n"
        + "sft.log.len", "1"
    ),
    ("snapshot()", "Snapshot · 6 names · 2 objects"),
  ])
  func gives(script: String, expected: String) throws {
    #expect(try ObjectBench().shown(Self.start + script) == expected, "\(script)")
  }

  /// Every turn of a loop that starts from one snapshot comes out the same.
  @Test func variantsStartFromTheSameState() throws {
    let shown = try ObjectBench().shown(
      Self.start + """
        s = snapshot()
        losses = []
        for i in range(3) {
          restore(s)
          sft.run(["the cat sat"], steps: 3)
          losses += [sft.log["loss"]]
        }
        [losses[0] == losses[1], losses[1] == losses[2], losses[0].len]
        """)
    #expect(shown == "[true, true, 3]")
  }

  @Test func aSnapshotOfAnotherSessionIsRefused() throws {
    let (one, other) = (ObjectBench(), ObjectBench())
    let snapshot = try #require(try one.run("s = snapshot()\ns"))
    other.interpreter.setGlobal("s", snapshot)
    let error = other.error("restore(s)")
    #expect(error.contains("expected one of this session"), "\(error)")
    #expect(other.error("restore(3)").contains("expected a Snapshot"))
  }

  @Test func aSessionWithSnapshotsReplays() async throws {
    let folder = try TemporaryFolder()
    var options = SessionOptions()
    options.journal = folder.path("s.rlx")
    options.arguments = [SmallModel.folder]
    let session = try Session(options: options, console: TestConsole())
    for cell in [
      "m = Model(args[0])", "sft = SFT(m, learning_rate: 1e-2)", "s = snapshot()",
      "sft.run([\"the cat\"], steps: 2)", "restore(s)", "sft.run([\"the cat\"], steps: 1)",
      "x = randn([2])",
    ] { #expect(await session.run(cell) == .done) }
    await session.close()
    let console = TestConsole()
    let replay = try Session(options: SessionOptions(), console: console)
    #expect(await replay.replay(folder.path("s.rlx")) == .done, "\(console.err)")
  }
}
