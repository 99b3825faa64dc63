import Foundation
import RLXHub
import RLXTestSupport
import Testing

@Suite struct HubCacheTests {
  private let commit = String(repeating: "ab", count: 20)

  /// A cache with one snapshot, whose config.json is a link into blobs.
  private func cache(_ scratch: TemporaryFolder, reference: String) throws -> HubCache {
    let root = scratch.path("Käse und Brot/hub/models--a--b")
    let files = FileManager.default
    for folder in ["refs", "blobs", "snapshots/\(commit)"] {
      try files.createDirectory(atPath: root + "/" + folder, withIntermediateDirectories: true)
    }
    try reference.write(toFile: root + "/refs/main", atomically: true, encoding: .utf8)
    try "{}".write(toFile: root + "/blobs/x", atomically: true, encoding: .utf8)
    try files.createSymbolicLink(
      atPath: root + "/snapshots/\(commit)/config.json", withDestinationPath: "../../blobs/x")
    return HubCache(scratch.path("Käse und Brot/hub"))
  }

  @Test func findsASnapshotByBranchAndByCommit() throws {
    let scratch = try TemporaryFolder()
    let cache = try cache(scratch, reference: commit)
    let name = try #require(HubName("a/b"))
    let found = try #require(cache.snapshot(of: name, .main))
    #expect(found.commit == commit)
    #expect(found.has("config.json"))
    #expect(!found.has("model.safetensors"))
    #expect(cache.snapshot(of: name, HubRevision(commit) ?? .main) == found)
    #expect(cache.snapshot(of: name, try #require(HubRevision("other"))) == nil)
    #expect(cache.snapshot(of: try #require(HubName("a/c")), .main) == nil)
  }

  @Test(arguments: ["../../../etc", "", "main", String(repeating: "AB", count: 20)])
  func followsNoReferenceThatIsNoCommit(_ reference: String) throws {
    let scratch = try TemporaryFolder()
    let cache = try cache(scratch, reference: reference)
    #expect(cache.snapshot(of: try #require(HubName("a/b")), .main) == nil)
  }

  @Test func namesLinksThatLeadNowhereOrInACircle() throws {
    let scratch = try TemporaryFolder()
    let cache = try cache(scratch, reference: commit)
    let name = try #require(HubName("a/b"))
    let snapshot = try #require(cache.snapshot(of: name, .main))
    #expect(snapshot.brokenLink(["config.json", "missing"]) == nil)
    let files = FileManager.default
    let (dead, circle) = (snapshot.folder + "/dead", snapshot.folder + "/circle")
    try files.createSymbolicLink(atPath: dead, withDestinationPath: "../../blobs/none")
    try files.createSymbolicLink(atPath: circle, withDestinationPath: "circle")
    #expect(
      snapshot.brokenLink(["config.json", "dead"])
        == .brokenLink(path: dead, reason: "No such file or directory"))
    #expect(
      snapshot.brokenLink(["circle"])
        == .brokenLink(path: circle, reason: "Too many levels of symbolic links"))
  }
}
