import Foundation
import RLXData
import RLXHub
import RLXTestSupport
import Testing

@Suite struct HubDownloadTests {
  private typealias Reply = LoopbackServer.Reply

  @Test func bringsTheFilesOfAModelAndNoOthers() throws {
    let trial = try HubTrial()
    let snapshot = try trial.download()
    #expect(snapshot.commit == LoopbackHub.commit)
    #expect(
      trial.names("snapshots/\(snapshot.commit)")
        == ["config.json", "model.safetensors", "tokenizer.json"])
    #expect(trial.bytes("refs/main") == Array(LoopbackHub.commit.utf8))
    #expect(trial.bytes("blobs/\(SmallRepository.weights.etag)") == SmallRepository.weights.bytes)
    #expect(
      trial.bytes("snapshots/\(snapshot.commit)/config.json") == SmallRepository.config.bytes)
    let link = try FileManager.default.destinationOfSymbolicLink(
      atPath: snapshot.folder + "/model.safetensors")
    #expect(link == "../../blobs/\(SmallRepository.weights.etag)")
    #expect(HubCache(trial.settings.cache).snapshot(of: try trial.name, .main) == snapshot)
    #expect(trial.progress.last?.done == trial.progress.last?.total)
  }

  @Test func bringsOnlyTheTokenizerIfThatIsAsked() throws {
    let trial = try HubTrial()
    let snapshot = try trial.download(part: .tokenizer)
    #expect(trial.names("snapshots/\(snapshot.commit)") == ["tokenizer.json"])
  }

  @Test func bringsTheShardsThatAnIndexNames() throws {
    let shards = (1...2).map {
      SmallRepository.large("model-0000\($0)-of-00002.safetensors", 1000 * $0)
    }
    let text =
      "{\"weight_map\": {\"a\": \"model-00001-of-00002.safetensors\", "
      + "\"b\": \"model-00002-of-00002.safetensors\"}}"
    let index = LoopbackHub.File(
      "model.safetensors.index.json", Array(text.utf8),
      etag: "875ba650e96a1dbc4a3e2cb050f5d3304fccb582")
    let trial = try HubTrial([SmallRepository.config, index] + shards)
    let snapshot = try trial.download()
    #expect(trial.names("snapshots/\(snapshot.commit)").count == 4)
    #expect(snapshot.has("model-00002-of-00002.safetensors"))
  }

  @Test func fetchesNothingThatIsThere() throws {
    let trial = try HubTrial()
    try trial.download()
    let before = trial.hub.storeRequests.count
    let again = try trial.download()
    #expect(trial.hub.storeRequests.count == before)
    #expect(again.has("model.safetensors"))
  }

  @Test func goesOnWhereTheConnectionBroke() throws {
    let trial = try HubTrial()
    let count = Count()
    trial.hub.breaking { request in
      guard request.path.hasPrefix("/blobs/"), count.next() == 1 else { return nil }
      return Reply(200, SmallRepository.weights.bytes, breaksAfter: 120_000)
    }
    try trial.download()
    let ranges = trial.hub.storeRequests.filter { $0.method == "GET" }.map { $0.headers["range"] }
    #expect(ranges == [nil, "bytes=120000-"])
    #expect(trial.bytes("blobs/\(SmallRepository.weights.etag)") == SmallRepository.weights.bytes)
  }

  @Test func keepsWhatCameWhenItGivesUpAndGoesOnNextTime() throws {
    let trial = try HubTrial()
    let count = Count()
    trial.hub.breaking { request in
      guard request.path.hasPrefix("/blobs/"), count.next() <= 6 else { return nil }
      return count.next() == 2
        ? Reply(200, SmallRepository.weights.bytes, breaksAfter: 1000) : Reply(503)
    }
    trial.settings.tries = 2
    #expect(throws: HubError.self) { try trial.download() }
    let partial = "blobs/\(SmallRepository.weights.etag).incomplete"
    #expect(trial.bytes(partial) == Array(SmallRepository.weights.bytes[..<1000]))
    #expect(trial.bytes("refs/main") == nil)
    trial.settings.tries = 9
    try trial.download()
    #expect(trial.bytes(partial) == nil)
    #expect(trial.bytes("blobs/\(SmallRepository.weights.etag)") == SmallRepository.weights.bytes)
  }

  @Test func stopsWhenToldAndGoesOnLater() throws {
    let trial = try HubTrial()
    let count = Count()
    trial.hub.breaking { request in
      guard request.path.hasPrefix("/blobs/"), count.next() == 1 else { return nil }
      return Reply(200, SmallRepository.weights.bytes, pieces: 5000)
    }
    #expect(throws: HubError.stopped) {
      try trial.download(stop: { (trial.progress.last?.done ?? 0) > 60_000 })
    }
    let come = trial.bytes("blobs/\(SmallRepository.weights.etag).incomplete")?.count ?? 0
    #expect((60_000..<300_000).contains(come))
    try trial.download()
    #expect(trial.hub.storeRequests.last?.headers["range"] == "bytes=\(come)-")
    #expect(trial.bytes("blobs/\(SmallRepository.weights.etag)") == SmallRepository.weights.bytes)
  }

  @Test func stopsWhileAServerSaysNothing() throws {
    let trial = try HubTrial()
    trial.hub.breaking { _ in Reply(200, delay: 4000) }
    let start = ContinuousClock.now
    #expect(throws: HubError.stopped) {
      try trial.download(stop: { ContinuousClock.now - start > .milliseconds(200) })
    }
    #expect(ContinuousClock.now - start < .seconds(3))
  }

  @Test func refusesContentOfAnotherHash() throws {
    let trial = try HubTrial()
    var lie = SmallRepository.weights.bytes
    lie[77] ^= 1
    let sent = lie
    trial.hub.breaking { $0.path.hasPrefix("/blobs/") ? Reply(200, sent) : nil }
    #expect(
      throws: HubError.wrongHash(
        file: "model.safetensors", found: SHA256.hash(lie).hex, wanted: SmallRepository.weights.etag
      )
    ) { try trial.download() }
    #expect(trial.names("blobs").allSatisfy { !$0.hasPrefix(SmallRepository.weights.etag) })
    #expect(trial.bytes("refs/main") == nil)
  }

  @Test func refusesASmallFileOfAnotherGitHash() throws {
    let trial = try HubTrial([
      LoopbackHub.File(
        "config.json", Array("{\"model_type\": \"gpt2\"}\n".utf8),
        etag: SmallRepository.config.etag), SmallRepository.weights,
    ])
    let error = #expect(throws: HubError.self) { try trial.download() }
    guard case .wrongHash("config.json", _, SmallRepository.config.etag) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func startsAnewWhereThePartThatWasThereIsWrong() throws {
    let trial = try HubTrial()
    try FileManager.default.createDirectory(
      atPath: trial.root + "/blobs", withIntermediateDirectories: true)
    let partial = trial.root + "/blobs/\(SmallRepository.weights.etag).incomplete"
    try Data(repeating: 7, count: 5000).write(to: URL(fileURLWithPath: partial))
    try trial.download()
    #expect(trial.bytes("blobs/\(SmallRepository.weights.etag)") == SmallRepository.weights.bytes)
  }

  @Test(arguments: [300_000, 300_001])
  func survivesAPartAsLongAsTheWholeOrLonger(_ count: Int) throws {
    let trial = try HubTrial()
    try FileManager.default.createDirectory(
      atPath: trial.root + "/blobs", withIntermediateDirectories: true)
    let partial = trial.root + "/blobs/\(SmallRepository.weights.etag).incomplete"
    let there =
      count == 300_000 ? SmallRepository.weights.bytes : SmallRepository.weights.bytes + [1]
    try Data(there).write(to: URL(fileURLWithPath: partial))
    try trial.download()
    #expect(trial.bytes("blobs/\(SmallRepository.weights.etag)") == SmallRepository.weights.bytes)
    #expect(trial.hub.storeRequests.filter { $0.method == "GET" }.count == count - 300_000)
  }

  @Test func startsAnewWhereARangeIsRefused() throws {
    let trial = try HubTrial()
    let count = Count()
    trial.hub.breaking { request in
      guard request.path.hasPrefix("/blobs/") else { return nil }
      switch count.next() {
      case 1: return Reply(200, SmallRepository.weights.bytes, breaksAfter: 1000)
      case 2: return Reply(416)
      default: return nil
      }
    }
    try trial.download()
    #expect(trial.bytes("blobs/\(SmallRepository.weights.etag)") == SmallRepository.weights.bytes)
  }

  @Test func takesTheWholeFromAServerThatKnowsNoRanges() throws {
    let trial = try HubTrial()
    let count = Count()
    trial.hub.breaking { request in
      guard request.path.hasPrefix("/blobs/") else { return nil }
      return Reply(
        200, SmallRepository.weights.bytes, breaksAfter: count.next() == 1 ? 1000 : nil)
    }
    try trial.download()
    #expect(trial.bytes("blobs/\(SmallRepository.weights.etag)") == SmallRepository.weights.bytes)
  }

  @Test(arguments: [429, 500, 503])
  func triesAgainAfterAnErrorThatMayPass(_ status: Int) throws {
    let trial = try HubTrial()
    let count = Count()
    trial.hub.breaking { _ in count.next() <= 3 ? Reply(status) : nil }
    try trial.download()
    #expect(trial.bytes("blobs/\(SmallRepository.weights.etag)") == SmallRepository.weights.bytes)
  }

  @Test func sendsTheTokenToTheHubAlone() throws {
    let trial = try HubTrial(token: "hf_secret")
    try trial.download()
    #expect(trial.hub.requests.allSatisfy { $0.headers["authorization"] == "Bearer hf_secret" })
    #expect(!trial.hub.storeRequests.isEmpty)
    #expect(trial.hub.storeRequests.allSatisfy { $0.headers["authorization"] == nil })
  }

  @Test func followsRenamedRepositoriesAndNoCircles() throws {
    let trial = try HubTrial()
    trial.hub.breaking { request in
      guard request.path == "/api/models/old/revision/main" else { return nil }
      return Reply(
        307, headers: ["Location": "/api/models/\(SmallRepository.name)/revision/main"])
    }
    trial.hub.breaking { request in
      guard request.path.hasPrefix("/old/resolve/") else { return nil }
      return Reply(
        307,
        headers: ["Location": "/\(SmallRepository.name)" + request.path.dropFirst("/old".count)])
    }
    let old = try #require(HubName("old"))
    #expect(try HubDownload(trial.settings, old, .main).run().has("model.safetensors"))
    trial.hub.breaking {
      $0.path.contains("round") ? Reply(302, headers: ["Location": $0.path]) : nil
    }
    let round = try #require(HubName("a/round"))
    let error = #expect(throws: HubError.self) {
      try HubDownload(trial.settings, round, .main).run()
    }
    guard case .refusedRedirect = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func saysWhatAnAnswerOfTheHubMeans() throws {
    let trial = try HubTrial()
    func error(_ reply: Reply, token: String? = nil) throws -> HubError? {
      let hub = try LoopbackHub(SmallRepository.name, SmallRepository.files)
      hub.breaking { _ in reply }
      var settings = trial.settings
      (settings.endpoint, settings.token, settings.tries) = (hub.address, token, 1)
      let name = try trial.name
      do throws(HubError) {
        _ = try HubDownload(settings, name, .main).run()
        return nil
      } catch {
        return error
      }
    }
    func coded(_ status: Int, _ code: String) -> Reply {
      Reply(status, headers: ["X-Error-Code": code, "X-Error-Message": "so it is"])
    }
    let name = SmallRepository.name
    func matches(_ found: HubError?, _ test: (HubError) -> Bool) -> Bool {
      found.map(test) ?? false
    }
    #expect(
      matches(try error(Reply(401))) {
        if case .noSuchName(name, _, false) = $0 { true } else { false }
      })
    #expect(
      matches(try error(Reply(404), token: "t")) {
        if case .noSuchName(name, _, true) = $0 { true } else { false }
      })
    #expect(
      matches(try error(coded(403, "GatedRepo"), token: "t")) {
        if case .gated(name, _, true) = $0 { true } else { false }
      })
    #expect(
      try error(coded(404, "RevisionNotFound")) == .noSuchRevision(name: name, revision: "main"))
    #expect(
      try error(coded(403, "Other"), token: "t")
        == .forbidden(name: name, hasToken: true, said: "so it is"))
    #expect(
      matches(try error(Reply(500))) {
        if case .status(_, 500, "") = $0 { true } else { false }
      })
    #expect(
      matches(try error(Reply(200, Array("<html>".utf8)))) {
        if case .brokenReply(_, "\"<html>\"", _) = $0 { true } else { false }
      })
  }

  @Test func saysWhichWeightsThereAreInstead() throws {
    let trial = try HubTrial([
      SmallRepository.config, SmallRepository.large("pytorch_model.bin", 10),
    ])
    #expect(throws: HubError.noWeights(name: SmallRepository.name, found: ["pytorch_model.bin"])) {
      try trial.download()
    }
  }

  @Test func saysWhenNobodyListens() throws {
    let trial = try HubTrial()
    trial.settings.endpoint = "http://127.0.0.1:9"
    trial.settings.tries = 2
    let error = #expect(throws: HubError.self) { try trial.download() }
    guard case .unreachable = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func saysWhereItCannotWrite() throws {
    let trial = try HubTrial()
    // A file where a folder should be: what root may not pass either.
    _ = trial.scratch.file("hub", "")
    let error = #expect(throws: HubError.self) { try trial.download() }
    guard case .unwritable(let path, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(path.hasPrefix(trial.settings.cache))
  }

  @Test func mendsABrokenLinkAndABlobOfTheWrongSize() throws {
    let trial = try HubTrial()
    let snapshot = try trial.download()
    let link = snapshot.folder + "/model.safetensors"
    try FileManager.default.removeItem(atPath: link)
    try FileManager.default.createSymbolicLink(
      atPath: link, withDestinationPath: "model.safetensors")
    let blob = trial.root + "/blobs/\(SmallRepository.config.etag)"
    try Data([1]).write(to: URL(fileURLWithPath: blob))
    try trial.download()
    #expect(try TemporaryFolder.bytes(of: link) == SmallRepository.weights.bytes)
    #expect(try TemporaryFolder.bytes(of: blob) == SmallRepository.config.bytes)
  }

  @Test func twoAtOnceLoseNothing() async throws {
    let trial = try HubTrial()
    let settings = trial.settings
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<3 {
        group.addTask {
          let name = try #require(HubName(SmallRepository.name))
          let snapshot = try HubDownload(settings, name, .main).run()
          #expect(snapshot.has("model.safetensors"))
        }
      }
      try await group.waitForAll()
    }
    #expect(trial.bytes("blobs/\(SmallRepository.weights.etag)") == SmallRepository.weights.bytes)
  }
}
