import Foundation
import RLXScript
import RLXSession
import RLXTestSupport
import Testing

@testable import rlx

@Suite struct ReferenceTests {
  /// `RLX_REGEN=1` in the environment writes the page instead.
  @Test func theReferencePageIsCurrent() throws {
    let core = SessionCore(console: SilentConsole(), stop: StopFlag(), seed: 0, maxSteps: 1)
    let registry = Registry()
    Bindings.register(in: registry, core: core)
    let page = HelpReference.markdown(registry, commands: ColonCommand.helpPages)
    let file = Repository.root.appendingPathComponent("docs/reference.md")
    if ProcessInfo.processInfo.environment["RLX_REGEN"] != nil {
      try page.write(to: file, atomically: true, encoding: .utf8)
    }
    let written = try String(contentsOf: file, encoding: .utf8)
    #expect(
      written == page,
      "docs/reference.md is not what the tables say: RLX_REGEN=1 swift test --filter ReferenceTests"
    )
  }

  @Test func everyCommandIsExplained() {
    for command in ColonCommand.allCases {
      #expect(!command.summary.isEmpty)
      #expect(
        command.details.hasSuffix("."), "?:\(command.rawValue) says no more: write its details")
    }
  }
}

private final class SilentConsole: Console {
  var facts: TerminalFacts { TerminalFacts() }
  func write(_ text: String) {}
  func writeError(_ text: String) {}
  func progress(_ line: ProgressLine?) {}
  func ask(_ question: LabelQuestion) -> LabelAnswer { .quit }
}
