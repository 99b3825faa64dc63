import Foundation
import RLXSession

/// What the prompt says before anything was typed: lines to type, which need nothing but rlx.
struct Greeting {
  /// What can be typed first, in this order.
  let lines: [String]

  /// `examples` is where the examples lie, as a path to type; nil where they are not at hand.
  init(examples: String?) {
    lines = [
      "policy = Model(\"nano\")",
      "policy.generate(\"Tell me about a fox.\", max_tokens: 200, temperature: 0.8)",
      examples.map { ":load \($0)/pipeline.rlx" } ?? "Preferences(\"nano/prefs\")",
    ]
  }

  /// As it is shown on a terminal of so many columns. Lines to type stay whole.
  func text(columns: Int) -> String {
    let head =
      "rlx \(SessionOptions.version)  :help lists the commands, ?NAME explains, Ctrl-D ends. Try:"
    return (Wrap.lines(head, columns: columns) + lines.map { "  \($0)" })
      .map { $0 + "\n" }.joined()
  }

  /// The examples as seen from the working directory, else beside the resources.
  static func examples(
    resources: String?, workingDirectory: String = FileManager.default.currentDirectoryPath
  ) -> String? {
    if FileManager.default.fileExists(atPath: workingDirectory + "/examples/pipeline.rlx") {
      return "examples"
    }
    let beside = resources.map {
      [$0 + "/examples", ($0 as NSString).deletingLastPathComponent + "/examples"]
    }
    return (beside ?? []).first {
      FileManager.default.fileExists(atPath: $0 + "/pipeline.rlx")
    }
  }
}
