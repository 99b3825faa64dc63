import Foundation
import RLXData
import RLXHub
import RLXScript
import RLXSession
import RLXTestSupport
import Testing

/// Models by the names they have on a hub, as scripts and sessions see them.
@Suite(.serialized) struct HubModelTests {
  private static let name = "someone/small"

  /// A hub that serves the small model of these tests.
  private static func hub() throws -> LoopbackHub {
    let names = try FileManager.default.contentsOfDirectory(atPath: SmallModel.folder).sorted()
    return try LoopbackHub(
      name,
      names.map { name in
        let bytes = try TemporaryFolder.bytes(of: SmallModel.folder + "/" + name)
        return LoopbackHub.File(
          name, bytes, etag: SHA256.hash(bytes).hex, isLarge: bytes.count > 9999)
      })
  }

  private static func settings(_ scratch: ScratchFolder, _ hub: LoopbackHub?) -> HubSettings {
    var settings = HubSettings(
      cache: scratch.file("Hub mit Ä"), endpoint: hub?.address ?? "http://127.0.0.1:9")
    settings.tries = 1
    return settings
  }

  private static func session(
    _ settings: HubSettings, journal: String? = nil, console: TestConsole
  ) throws -> Session {
    var options = SessionOptions()
    options.hub = settings
    options.journal = journal
    return try Session(options: options, console: console)
  }

  @Test func saysWhatToTypeWhereTheModelIsNowhere() throws {
    let scratch = try ScratchFolder()
    let bench = ObjectBench()
    bench.core.files.hub = Self.settings(scratch, nil)
    let cache = bench.core.files.hub.cache
    #expect(
      bench.error("Model(\"a/b\")")
        == "missing: Model: there is no folder \"a/b\", and no \"a/b\" among the models of \(cache)"
        + " | Model(\"a/b\", download: true)")
    #expect(
      bench.error("Tokenizer(\"a/b\", revision: \"v1\")").hasSuffix(
        " | Tokenizer(\"a/b\", revision: \"v1\", download: true)"))
    #expect(bench.error("Model(\"a/b\", revision: \"../x\")").hasPrefix("value: Model: revision:"))
    #expect(bench.error("Model(\"../x\", download: true)").contains("there is no folder \"../x\""))
    bench.core.files.hub.isOffline = true
    #expect(
      bench.error("Model(\"a/b\", download: true)").hasSuffix(
        " | HF_HUB_OFFLINE is set: nothing is downloaded"))
  }

  @Test func aFolderOfOnesOwnComesBeforeTheHub() throws {
    let scratch = try ScratchFolder()
    let bench = ObjectBench()
    bench.core.files.hub = Self.settings(scratch, nil)
    #expect(
      bench.error("Model(MODEL, revision: \"v1\")").contains(
        "is a folder here, and folders have no"))
    #expect(try bench.shown("Model(MODEL, download: true).context") == "128")
  }

  @Test func downloadsOnceAndIsTheSameModel() throws {
    let scratch = try ScratchFolder()
    let hub = try Self.hub()
    let bench = ObjectBench()
    bench.core.files.hub = Self.settings(scratch, hub)
    #expect(
      try bench.shown(
        """
        m = Model("\(Self.name)", download: true)
        [m.name, (m.logits([1, 5, 9]) - Model(MODEL).logits([1, 5, 9])).abs().max().item()]
        """) == "[\"small\", 0.0]")
    let asked = hub.requests.count
    #expect(try bench.shown("Model(\"\(Self.name)\").context") == "128")
    #expect(try bench.shown("Tokenizer(\"\(Self.name)\").name") == "\"small\"")
    #expect(
      try bench.shown("RewardModel(Model(\"\(Self.name)\")).score(\"a\", \"b\") == 0") == "false")
    #expect(hub.requests.count == asked)
    #expect(bench.console.progressLines.contains { $0.phase == "download \(Self.name)" })
  }

  @Test func asksAPersonAtThePrompt() throws {
    let scratch = try ScratchFolder()
    let hub = try Self.hub()
    for answer in [false, true] {
      let bench = ObjectBench(isTerminal: true)
      bench.console.agree(answer)
      bench.core.files.hub = Self.settings(scratch, hub)
      let script = "Model(\"\(Self.name)\").context"
      if answer {
        #expect(try bench.shown(script) == "128")
      } else {
        #expect(bench.error(script).contains("download: true"))
        #expect(hub.requests.isEmpty)
      }
    }
  }

  @Test func saysWhatASnapshotLacks() throws {
    let scratch = try ScratchFolder()
    let hub = try Self.hub()
    let bench = ObjectBench()
    bench.core.files.hub = Self.settings(scratch, hub)
    try bench.run("Tokenizer(\"\(Self.name)\", download: true)")
    #expect(
      bench.error("Model(\"\(Self.name)\")").contains(
        "what the cache has of \"\(Self.name)\" lacks config.json, model.safetensors"))
    let folder =
      scratch.file("Hub mit Ä") + "/models--someone--small/snapshots/\(LoopbackHub.commit)"
    try FileManager.default.createSymbolicLink(
      atPath: folder + "/config.json", withDestinationPath: "config.json")
    #expect(bench.error("Model(\"\(Self.name)\")").contains("Too many levels of symbolic links"))
    #expect(try bench.shown("Model(\"\(Self.name)\", download: true).context") == "128")
  }

  @Test func aSessionRecordsNameAndCommitAndAReplayFindsThem() async throws {
    let scratch = try ScratchFolder()
    let hub = try Self.hub()
    let settings = Self.settings(scratch, hub)
    let console = TestConsole()
    let journal = scratch.file("session.rlx")
    let session = try Self.session(settings, journal: journal, console: console)
    let text = """
      m = Model("\(Self.name)", download: true)
      m.generate("the cat", max_tokens: 3)[0].tokens
      """
    #expect(await session.run(text) == .done, "\(console.err)")
    await session.close()
    let written = try String(contentsOfFile: journal, encoding: .utf8)
    #expect(written.contains("hf://\(Self.name)@\(LoopbackHub.commit)/model.safetensors"))
    #expect(!written.contains(settings.cache))

    // The branch has moved on by now, and no server answers.
    let reference = settings.cache + "/models--someone--small/refs/main"
    try String(repeating: "f", count: 40).write(
      toFile: reference, atomically: true, encoding: .utf8)
    var later = settings
    later.endpoint = "http://127.0.0.1:9"
    let replayed = try Self.session(later, console: console)
    #expect(await replayed.replay(journal) == .done, "\(console.err)")

    // Other weights under the same commit are seen.
    let blobs = settings.cache + "/models--someone--small/blobs/"
    let weights = try TemporaryFolder.bytes(of: SmallModel.folder + "/model.safetensors")
    var spoilt = weights
    spoilt[spoilt.count - 1] ^= 1
    try Data(spoilt).write(to: URL(fileURLWithPath: blobs + SHA256.hash(weights).hex))
    let differing = try Self.session(later, console: console)
    #expect(await differing.replay(journal) == .failed(.replayDiffers))
  }

  @Test func ctrlCStopsADownloadThatGoesOnLater() async throws {
    let scratch = try ScratchFolder()
    let hub = try Self.hub()
    let stop = StopFlag()
    hub.breaking { request in
      guard request.path.hasPrefix("/blobs/") else { return nil }
      stop.set()
      return nil
    }
    let console = TestConsole()
    var options = SessionOptions()
    options.hub = Self.settings(scratch, hub)
    let session = try Session(options: options, console: console, stop: stop)
    let script = "m = Model(\"\(Self.name)\", download: true)"
    #expect(await session.run(script) == .failed(.interrupted))
    let bench = ObjectBench()
    let later = try Self.hub()
    bench.core.files.hub = Self.settings(scratch, later)
    #expect(try bench.shown(script + "\nm.context") == "128")
  }
}
