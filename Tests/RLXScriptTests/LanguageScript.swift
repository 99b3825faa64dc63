import Foundation
import RLXScript
import RLXTestSupport
import Testing

/// A script of Tests/Language, cut into chunks that run alone.
///
/// `#> text` behind a statement (or on the lines below it) is what it writes; `### "text"` on a line
/// is part of the error that is raised there. `# covers:` names what the script is there for.
struct LanguageScript: CustomTestStringConvertible, Sendable {
  let path: String
  let chunks: [Chunk]
  let covers: [String]
  let isPrompt: Bool
  let points: Int?
  let size: Int?

  var testDescription: String { path }

  struct Chunk: Sendable {
    let text: String
    let firstLine: Int
    /// The text expected in the error, and the line of the chunk it is raised on.
    let failure: (text: String, line: Int)?
  }

  static let all: [LanguageScript] = {
    let folder = Repository.root.appendingPathComponent("Tests/Language")
    let files = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String }
    return (files ?? []).filter { $0.hasSuffix(".rlx") && !$0.contains("/used/") }.sorted()
      .map { LanguageScript(path: $0, text: read(folder.appendingPathComponent($0).path)) }
  }()

  static func read(_ path: String) -> String {
    String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
  }

  init(path: String, text: String) {
    self.path = path
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    func header(_ name: String) -> String? {
      lines.first { $0.hasPrefix("# \(name): ") }.map { String($0.dropFirst(name.count + 4)) }
    }
    covers = lines.filter { $0.hasPrefix("# covers: ") }
      .flatMap { $0.dropFirst(10).components(separatedBy: ", ") }
    isPrompt = header("mode") == "prompt"
    points = header("points").flatMap(Int.init)
    size = header("size").flatMap(Int.init)
    var chunks: [Chunk] = []
    var start = 0
    for (number, line) in (lines + ["---"]).enumerated() where line == "---" {
      chunks.append(Chunk(lines: Array(lines[start..<number]), firstLine: start + 1))
      start = number + 1
    }
    self.chunks = chunks
  }
}

extension LanguageScript.Chunk {
  init(lines: [String], firstLine: Int) {
    text = lines.joined(separator: "\n")
    self.firstLine = firstLine
    failure =
      lines.enumerated().compactMap { number, line -> (text: String, line: Int)? in
        guard let mark = line.range(of: "### \"", options: .backwards),
          let close = line.lastIndex(of: "\""), close >= mark.upperBound
        else { return nil }
        return (String(line[mark.upperBound..<close]), number + 1)
      }.first
  }

  /// What the lines from `first` to `last` (1-based) say will be written.
  func expectedOutput(from first: Int, to last: Int) -> [String] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return lines[(first - 1)..<min(last, lines.count)].compactMap { line in
      line.range(of: "#> ", options: .backwards).map { String(line[$0.upperBound...]) }
    }
  }
}
