import Foundation
import RLXSession
import RLXTestSupport
import Testing

/// Every block of rlx in the documentation shows what stands behind its `#>`.
@Suite struct DocsTests {
  static let pages = [
    "docs/language.md", "docs/display.md", "docs/undo.md", "docs/training.md",
    "docs/reward-models.md", "docs/process.md", "docs/data.md", "docs/evaluation.md",
    "docs/tokenizers.md",
    "docs/hub.md", "docs/lora.md",
  ]

  struct Block: CustomTestStringConvertible, Sendable {
    var page: String
    var line: Int
    var code: String
    var testDescription: String { "\(page):\(line)" }

    /// What the block says it shows, one line each.
    var shown: [String] {
      code.split(separator: "\n").compactMap { line in
        line.range(of: "#> ").map { String(line[$0.upperBound...]) }
      }
    }
  }

  static let blocks: [Block] = pages.flatMap { page -> [Block] in
    let url = Repository.root.appendingPathComponent(page)
    let text = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
    var blocks: [Block] = []
    var open: Block?
    for (number, line) in text.components(separatedBy: "\n").enumerated() {
      if line == "```rlx" {
        open = Block(page: page, line: number + 1, code: "")
      } else if line == "```", let block = open {
        blocks.append(block)
        open = nil
      } else {
        open?.code += line + "\n"
      }
    }
    return blocks
  }

  @Test func thereAreBlocks() {
    #expect(Self.blocks.count > 4)
  }

  @Test(arguments: blocks)
  func showsWhatItSays(block: Block) async throws {
    let console = TestConsole()
    let session = try Session(options: SessionOptions(), console: console)
    let result = await session.run(block.code, name: block.testDescription)
    #expect(result == .done, "\(console.err)")
    #expect(console.out.split(separator: "\n").map(String.init) == block.shown)
  }
}
