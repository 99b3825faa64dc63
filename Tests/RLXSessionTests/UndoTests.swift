import Foundation
import RLXScript
import RLXSession
import RLXTestSupport
import Testing

/// Undo and redo at the prompt: the law is that nothing can be told apart from the state before.
@Suite(.serialized) struct UndoTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Everything a session can hold and change, one statement each.
  private static let cells = [
    "policy = Model(args[0])",
    "alias = policy",
    "sft = SFT(policy, learning_rate: 1e-3)",
    "sft.run([{prompt: \"the\", completion: \" cat sat\"}], steps: 2)",
    "reference = policy.copy().freeze()",
    "half = Model(args[0], dtype: \"bf16\")",
    "half.freeze()",
    "eighth = Model(args[0], dtype: \"q8\")",
    "answers = policy.generate([\"the\", \"a\"], n: 2, max_tokens: 8)",
    "prefs = Preferences(\"memory\")",
    "prefs.label(answers, with: fn(p, a, b) => a.len >= b.len, by: \"rule\")",
    "rm = RewardModel(policy)",
    "rm.fit(prefs, epochs: 2, learning_rate: 1e-3)",
    "rm.fit(prefs, epochs: 1, learning_rate: 1e-3, adam_beta1: 0.5)",
    "rm.loss(prefs).backward()",
    "rm.warmup([\"the cat sat\"], spoil: [\"repeat\"], learning_rate: 1e-3)",
    "counted = RewardModel.features([\"length\", \"repetition\"], hidden: 2)",
    "counted.warmup([\"the cat sat\"])",
    "counted.fit(prefs, epochs: 2)",
    "counted.normalize([\"the cat\", \"a\"])",
    "ppo = PPO(policy, reward: rm, reference: reference, learning_rate: 1e-3, max_tokens: 6, "
      + "value_model: \"reward\", score_position: \"after_end\", ptx_coef: 0.1, ptx: [\"the cat\"])",
    "batch = ppo.rollout([\"the\", \"a\"])",
    "ppo.score(batch)",
    "ppo.advantages(batch)",
    "ppo.update(batch)",
    "ppo.run([\"the\", \"a\"], steps: 2)",
    "dpo = DPO(policy, learning_rate: 1e-3)",
    "dpo.run([prefs[0]], steps: 2)",
    "opt = AdamW(policy, learning_rate: 1e-3)",
    "loss = policy.loss(\"the cat\")",
    "loss.backward()",
    "opt.step()",
    "opt.zero()",
    "x = tensor([1.0, 2.0], grad: true)",
    "y = (x * x).sum()",
    "z = y + (x * 3).sum()",
    "z.backward()",
    "xs = [1, [x, policy], {m: rm}]",
    "xs[0] = 5",
    "t = tensor([1.0, 2.0])",
    "t[0] = 7",
    "fn captured(m) { return fn() => m.frozen }",
    "held = captured(policy.copy())",
    "seed(9)",
    "r = randn([3])",
    "data = Dataset([\"one\", \"two\"])",
    "tok = policy.tokenizer",
    "reference.freeze()",
    "policy.freeze()",
    "policy = 3",
    "1 + 1",
    "s = snapshot()",
    "sft.log",
  ]

  private func session(
    journal: String? = nil, memory: Int = 1 << 40, disk: Int = 1 << 40,
    console: TestConsole = TestConsole()
  ) throws -> Session {
    var options = SessionOptions()
    options.keepsUndo = true
    options.undoMemory = memory
    options.undoDisk = disk
    options.arguments = [SmallModel.folder]
    options.journal = journal.map(folder.path)
    options.journalFolder = folder.url.path
    return try Session(options: options, console: console)
  }

  private func run(_ cells: [String], in session: Session) async -> [String] {
    var seen: [String] = []
    for cell in cells {
      seen.append(await session.fingerprint)
      #expect(await session.run(cell) == .done, "\(cell)")
    }
    return seen + [await session.fingerprint]
  }

  @Test func eachUndoGivesTheStateBeforeAndEachRedoTheStateAfter() async throws {
    let session = try session(journal: "one.rlx")
    let seen = await run(Self.cells, in: session)
    for index in Self.cells.indices.reversed() {
      #expect(await session.undo() == .done)
      #expect(await session.fingerprint == seen[index], "undo of \(Self.cells[index])")
    }
    for index in Self.cells.indices {
      #expect(await session.redo() == .done)
      #expect(await session.fingerprint == seen[index + 1], "redo of \(Self.cells[index])")
    }
    #expect(await session.undo(Self.cells.count) == .done)
    #expect(await session.fingerprint == seen[0])
    let again = await run(Self.cells, in: session)
    #expect(again == seen)
  }

  /// What is kept where, and how states come back: from memory, from disk, by running again.
  @Test(arguments: [(1 << 40, 1 << 40), (0, 1 << 40), (0, 0), (300_000, 400_000)])
  func everyTierGivesTheSameStates(memory: Int, disk: Int) async throws {
    let session = try session(journal: "tiers.rlx", memory: memory, disk: disk)
    let seen = await run(Self.cells, in: session)
    let keeps = await session.undoKeeps
    #expect(keeps.memory <= memory)
    #expect(keeps.disk <= disk)
    if memory == 0 { #expect(disk == 0 ? keeps.letGo > 5 : keeps.disk > 100_000) }
    if disk > 1 << 30, memory > 1 << 30 { #expect(keeps.memory > 100_000 && keeps.letGo == 0) }
    for index in stride(from: Self.cells.count - 3, to: -1, by: -6) {
      let here = await session.statementCount
      #expect(await session.undo(here - index) == .done)
      #expect(await session.fingerprint == seen[index], "undo to \(Self.cells[index])")
    }
  }

  @Test func whatWasUndoneLeavesNoTraceInTheChain() async throws {
    let plain = try session(journal: "plain.rlx")
    _ = await run(Self.cells, in: plain)
    await plain.close()
    let undone = try session(journal: "undone.rlx")
    for cell in Self.cells {
      #expect(await undone.run(cell) == .done)
      if cell.hasPrefix("fn ") || cell.contains("label") { continue }
      #expect(await undone.run("other = Model(args[0])") == .done)
      #expect(await undone.run("SFT(other).run([\"the cat\"], steps: 1)") == .done)
      #expect(await undone.undo(2) == .done)
      #expect(await undone.undo() == .done)
      #expect(await undone.redo() == .done)
    }
    #expect(await undone.save(to: folder.path("saved.rlx")) == .done)
    await undone.close()
    func chain(_ name: String) throws -> String? {
      String(decoding: try TemporaryFolder.bytes(of: folder.path(name)), as: UTF8.self)
        .split(separator: "\n").last.map(String.init)
    }
    #expect(try chain("undone.rlx") == chain("plain.rlx"))
    #expect(try chain("saved.rlx") == chain("plain.rlx"))
    for name in ["undone.rlx", "saved.rlx"] {
      let console = TestConsole()
      let replay = try Session(options: SessionOptions(), console: console)
      #expect(await replay.replay(folder.path(name)) == .done, "\(name): \(console.err)")
    }
  }

  @Test func aliasesAndTrainersSeeWhatWasPutBack() async throws {
    let console = TestConsole()
    let session = try session(console: console)
    for cell in [
      "m = Model(args[0])", "other = m", "sft = SFT(m, learning_rate: 1e-2)",
      "before = m.logits([1, 5])", "sft.run([\"the cat sat\"], steps: 3);",
    ] { #expect(await session.run(cell) == .done) }
    #expect(await session.undo() == .done)
    _ = await session.run(
      "print(other == m, sft.policy == m, m.logits([1, 5]) == before, sft.log.len)")
    #expect(console.out.contains("true true true 0"))
  }

  @Test func aGraphThatBackwardFreedIsThereAgain() async throws {
    let console = TestConsole()
    let session = try session(console: console)
    for cell in ["x = tensor([3.0], grad: true)", "y = (x * x).sum()", "y.backward()"] {
      #expect(await session.run(cell) == .done)
    }
    #expect(await session.run("y.backward()") != .done)
    #expect(await session.undo() == .done)
    _ = await session.run("print(x.grad)")
    #expect(await session.run("y.backward()\nprint(x.grad.list())") == .done)
    #expect(console.out.contains("nil\n"))
    #expect(console.out.contains("[6.0]"))
  }

  // MARK: What is said

  @Test func itSaysWhatWasUndoneAndWhatStays() async throws {
    let console = TestConsole()
    let session = try session(console: console)
    let path = folder.path("notes.txt")
    _ = await session.run("a = 1")
    _ = await session.run("write(\(Value.string(path).shown), \"x\")\nb = [\n1]")
    #expect(await session.undo(2) == .done)
    #expect(console.out.contains("undone: b = [ …\nundone: write("))
    #expect(console.out.contains("\(path) stays as it was written"))
    #expect(await session.redo(2) == .done)
    #expect(console.out.contains("redone: write("))
    _ = await session.run("print(a, b)")
    #expect(console.out.hasSuffix("1 [1]\n"))
  }

  @Test func thereMayBeNothingToUndoOrToRedo() async throws {
    let console = TestConsole()
    let session = try session(console: console)
    #expect(await session.undo() != .done)
    #expect(console.err == "nothing to undo\n")
    #expect(await session.redo() != .done)
    #expect(console.err.hasSuffix("nothing to redo\n"))
    _ = await session.run("a = 1")
    #expect(await session.undo(2) != .done)
    #expect(console.err.hasSuffix("undo: there are only 1 statement\n"))
    #expect(await session.undo() == .done)
    _ = await session.run("b = 1")
    #expect(await session.redo() != .done)
    #expect(console.err.contains("new input has taken the place of what was undone"))
    _ = await session.run("print(a)")
    #expect(console.err.contains("unknown name a"))
    let file = try Session(options: SessionOptions(), console: console)
    _ = await file.runProgram("a = 1", name: "f.rlx")
    #expect(await file.undo() != .done)
    #expect(console.err.hasSuffix("only what is typed at the prompt can be undone\n"))
  }

  @Test func failuresThatDidNothingGoWithTheStatementBefore() async throws {
    let session = try session()
    _ = await session.run("a = 1")
    let before = await session.fingerprint
    _ = await session.run("a = 2")
    _ = await session.run("fail \"no\"")
    _ = await session.run("[1][5]")
    #expect(await session.undo() == .done)
    #expect(await session.fingerprint == before)
    #expect(await session.statementCount == 1)
    #expect(await session.redo() == .done)
    #expect(await session.undo() == .done)
    #expect(await session.fingerprint == before)
  }

  @Test func whatAStoppedOrFailedStatementDidIsUndone() async throws {
    let session = try session()
    _ = await run(Array(Self.cells.prefix(4)), in: session)
    let before = await session.fingerprint
    #expect(await session.run("for i in 0..3 { sft.step([\"the cat\"]); assert i < 1 }") != .done)
    #expect(await session.fingerprint != before)
    #expect(await session.undo() == .done)
    #expect(await session.fingerprint == before)
  }

  @Test func loadedStatementsAndUsedFilesAreUndoneOneByOne() async throws {
    let console = TestConsole()
    let session = try session(console: console)
    _ = folder.file("lib.rlx", "base = 1\nfn double(x) => 2 * x\n")
    let script = folder.file("script.rlx", "p = 1\nuse \"lib.rlx\"\nq = double(p)\n")
    let before = await session.fingerprint
    #expect(await session.load(script) == .done)
    #expect(await session.undo() == .done)
    _ = await session.run("print(p, double(base))")
    #expect(console.out.hasSuffix("1 2\n"))
    #expect(await session.undo(3) == .done)
    #expect(await session.fingerprint == before)
    _ = folder.file("lib.rlx", "base = 5\nfn double(x) => 2 * x\n")
    #expect(await session.load(script) == .done)
    _ = await session.run("print(base)")
    #expect(console.out.hasSuffix("5\n"))
  }

  // MARK: Preferences in files

  private var labels: String { Value.string(folder.path("labels.db")).shown }

  @Test func labelsInAFileAreWithdrawnByNewRowsAndComeBack() async throws {
    let console = TestConsole()
    let session = try session(journal: "labels.rlx", console: console)
    let cells = [
      "prefs = Preferences(\(labels))",
      "prefs.add(prompt: \"a\", chosen: \"b\", rejected: \"c\")",
      "prefs.add(prompt: \"a\", chosen: \"d\", rejected: \"e\")",
      "prefs.rank(prompt: \"x\", responses: [\"1\", \"2\", \"3\"], order: [2, 0, 1])",
      "prefs.add(prompt: \"x\", chosen: \"1\", rejected: \"9\")",
    ]
    let seen = await run(cells, in: session)
    for index in cells.indices.reversed().dropLast() {
      #expect(await session.undo() == .done)
      #expect(await session.fingerprint == seen[index], "\(cells[index])")
    }
    #expect(console.out.contains("labels.db: 3 judgements withdrawn by a new row"))
    for index in cells.indices.dropFirst() {
      #expect(await session.redo() == .done)
      #expect(await session.fingerprint == seen[index + 1], "\(cells[index])")
    }
    #expect(await session.undo(3) == .done)
    _ = await session.run(
      "print(prefs.len, prefs.summary().comparisons, prefs.summary().withdrawn)")
    #expect(console.out.hasSuffix("1 1 0\n"))
    _ = await session.run("prefs.add(prompt: \"x\", chosen: \"1\", rejected: \"2\")")
    await session.close()
    let replayed = TestConsole()
    let replay = try Session(options: SessionOptions(), console: replayed)
    #expect(await replay.replay(folder.path("labels.rlx")) == .done, "\(replayed.err)")
    let other = try self.session(console: console)
    _ = await other.run("p = Preferences(\(labels))\nprint(p.len, p.summary().comparisons)")
    #expect(console.out.hasSuffix("2 2\n"))
  }

  @Test func aFileOpenedByWhatIsUndoneKeepsNothingOfIt() async throws {
    let console = TestConsole()
    let session = try session(console: console)
    _ = await session.run("prefs = Preferences(\(labels))")
    _ = await session.run("prefs.add(prompt: \"a\", chosen: \"b\", rejected: \"c\")")
    #expect(await session.undo(2) == .done)
    #expect(console.out.contains("labels.db: 1 judgement withdrawn"))
    _ = await session.run("print(Preferences(\(labels)).len)")
    #expect(console.out.hasSuffix("0\n"))
  }

  @Test func labelsOfAStateThatWasLetGoStandOnceMore() async throws {
    let session = try session(journal: "gone.rlx", memory: 0, disk: 0)
    let cells = [
      "prefs = Preferences(\(labels))",
      "prefs.add(prompt: \"a\", chosen: \"b\", rejected: \"c\")",
      "m = Model(args[0])", "sft = SFT(m)", "sft.run([\"the cat\"], steps: 1)",
      "prefs.add(prompt: \"a\", chosen: \"d\", rejected: \"e\")",
      "sft.run([\"the cat\"], steps: 1)", "sft.run([\"the cat\"], steps: 1)",
    ]
    let seen = await run(cells, in: session)
    #expect(await session.undo(4) == .done)
    #expect(await session.fingerprint == seen[4])
    let console = TestConsole()
    let other = try self.session(console: console)
    _ = await other.run("print(Preferences(\(labels)).len)")
    #expect(console.out.hasSuffix("1\n"))
  }

  // MARK: The journal

  @Test func aShellKilledRightAfterAnUndoIsRecoveredAsItWas() async throws {
    var wanted = ""
    do {
      let dead = try session(journal: "dead.rlx")
      _ = await run(["a = 1", "m = Model(args[0])", "x = randn([2])"], in: dead)
      wanted = await dead.fingerprint
      _ = await dead.run("y = randn([2])")
      _ = await dead.run("a = 2")
      #expect(await dead.undo(2) == .done)
      // Not closed: as a killed process leaves it.
    }
    let console = TestConsole()
    let alive = try session(journal: "alive.rlx", console: console)
    #expect(await alive.recover() == .done, "\(console.err)")
    #expect(await alive.fingerprint == wanted)
    #expect(await alive.undo() == .done)
  }

  @Test func marksOfUndoAndRedoAreObeyed() throws {
    func standing(_ lines: String) throws -> [String] {
      let source = Source("#% session 1\n" + lines, name: "s.rlx")
      let interpreter = ObjectBench().interpreter
      let program = try interpreter.prepare(source, mode: .prompt)
      return try SessionFile(source, statements: program.statements).entries.map(\.text)
    }
    #expect(try standing("a = 1\nb = 2\n#~ undo 1\nc = 3\n") == ["a = 1", "c = 3"])
    #expect(try standing("a = 1\nb = 2\n#~ undo 2\n#~ redo 1\nc = 3\n") == ["a = 1", "c = 3"])
    #expect(try standing("a = 1\n#~ undo 1\nb = 2\n#~ redo 1\n") == ["b = 2"])
    #expect(try standing("a = 1\n#~ undo 9\n#~ redo 9\n#~ undo 1\n#~ redo 1\n") == ["a = 1"])
    #expect(throws: Diagnostic.self) { try standing("a = 1\n#~ undo 0\n") }
  }

  @Test func sizesAreReadAsPeopleWriteThem() async throws {
    let console = TestConsole()
    let session = try session(console: console)
    #expect(await session.setLimit("undo_memory", to: "500MB") == .done)
    #expect(await session.limits.first?.value == "500 MB")
    #expect(await session.setLimit("undo_disk", to: "1.5 gb") == .done)
    #expect(await session.limits.last?.value == "1.5 GB")
    #expect(await session.setLimit("undo_memory", to: "123") == .done)
    for wrong in ["", "much", "-1", "MB", "1e99"] {
      #expect(await session.setLimit("undo_memory", to: wrong) != .done, "\(wrong)")
    }
    #expect(await session.setLimit("no_such", to: "1") != .done)
  }
}
