import RLXData

/// A chat template: Jinja as transformers sets it up for them, in a sandbox.
///
/// It knows the statements, filters, tests and methods that chat templates use; what it does not know
/// is an error that names it. There are no files, no imports, no clock and no chance, nothing given
/// to a template can be changed by it, and it ends: steps, depth and room are limited.
package struct Template: Sendable {
  /// Levels of expressions and statements inside each other, in the text.
  static let maxDepth = 100
  /// The same while it is evaluated, through macros that call macros.
  static let maxLevels = 500
  /// Expressions, statements and rounds of loops, some seconds' worth.
  package static let maxSteps = 10_000_000
  /// Bytes of one text, and items of one list.
  static let maxSize = 16 << 20
  /// Numbers of one `range`, as in Jinja's sandbox.
  static let maxRange = 100_000

  /// What a template made of its variables.
  package struct Rendered: Equatable, Sendable {
    package let text: String
    /// The stretches of `text`, in bytes of UTF-8, that stand within `{% generation %}`: what the
    /// assistant said.
    package let generated: [Range<Int>]
  }

  package let source: String
  private let body: [TemplateStatement]

  /// Throws where the text is no template.
  package init(_ source: String) throws(TemplateError) {
    self.source = source
    body = try TemplateParser.statements(of: source)
  }

  /// Whether the template says which parts the assistant said.
  package var marksGeneration: Bool { Self.marks(body) }

  private static func marks(_ body: [TemplateStatement]) -> Bool {
    body.contains { statement in
      switch statement.kind {
      case .generation: true
      case .loop(let loop): marks(loop.body) || marks(loop.otherwise)
      case .branch(let branches, let other):
        branches.contains { marks($0.body) } || marks(other)
      case .setText(_, _, let body), .filterBlock(_, let body), .with(_, let body): marks(body)
      case .macro(let macro), .callBlock(let macro, _): marks(macro.body)
      case .text, .print, .set, .break, .continue: false
      }
    }
  }

  /// The text that the template makes of these variables; `date` is the day it may write.
  package func render(
    _ variables: JSONObject, date: TemplateDate? = nil, maxSteps: Int = Template.maxSteps
  ) throws(TemplateError) -> Rendered {
    let run = TemplateRun(TemplateMap(variables), date: date, maxSteps: maxSteps)
    try run.execute(body, TemplateScope(parent: nil))
    return Rendered(text: run.output.root, generated: run.generated)
  }
}
