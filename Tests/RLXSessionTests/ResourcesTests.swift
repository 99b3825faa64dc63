import Foundation
import RLXScript
import RLXSession
import RLXTestSupport
import Testing

@Suite struct ResourcesTests {
  /// A folder with an empty `nano` at each of the places given.
  private func tree(_ places: String...) throws -> ScratchFolder {
    let scratch = try ScratchFolder()
    for place in places {
      try FileManager.default.createDirectory(
        atPath: scratch.file(place) + "/nano", withIntermediateDirectories: true)
    }
    return scratch
  }

  private func folder(_ executable: String, _ scratch: ScratchFolder, named: String? = nil)
    -> String?
  {
    Resources.folder(
      beside: scratch.file(executable), environment: named.map { ["RLX_RESOURCES": $0] } ?? [:]
    ).map { String($0.dropFirst(resolved(scratch.path).count + 1)) }
  }

  private func resolved(_ path: String) -> String {
    URL(fileURLWithPath: path).resolvingSymlinksInPath().path
  }

  @Test func areFoundBesideABuildAndAnInstallation() throws {
    let scratch = try tree("repository/Resources", "prefix/share/rlx", "elsewhere")
    #expect(
      folder("repository/.build/x86_64-unknown-linux-gnu/release/rlx", scratch)
        == "repository/Resources")
    #expect(folder("repository/.build/debug/rlx", scratch) == "repository/Resources")
    #expect(folder("prefix/bin/rlx", scratch) == "prefix/share/rlx")
    #expect(folder("other/bin/rlx", scratch) == nil)
    #expect(folder("other/bin/rlx", scratch, named: scratch.file("elsewhere")) == "elsewhere")
    #expect(folder("other/bin/rlx", scratch, named: scratch.file("nowhere")) == nil)
    #expect(
      folder("prefix/bin/rlx", scratch, named: scratch.file("elsewhere")) == "prefix/share/rlx")
  }

  @Test func aScriptOfOnesOwnComesFirst() async throws {
    let scratch = try ScratchFolder()
    try FileManager.default.createDirectory(
      atPath: scratch.file("nano"), withIntermediateDirectories: true)
    try scratch.write("mine = 3\n", to: "nano/gold.rlx")
    try scratch.write("use \"nano/gold.rlx\" as g\ng.mine\n", to: "main.rlx")
    let console = TestConsole()
    let session = try Session(options: SessionOptions(), console: console)
    #expect(await session.runFile(scratch.file("main.rlx")) == .done, "\(console.err)")
    #expect(console.out == "3\n")
  }
}
