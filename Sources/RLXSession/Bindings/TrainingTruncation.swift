import RLXScript
import RLXTraining

/// What becomes of rows longer than a trainer is to read. Nothing is cut silently: without a mode a
/// longer row is an error, with one a warning says how many were cut.
final class Truncation {
  enum Mode: String, CaseIterable { case keepEnd = "keep_end", keepStart = "keep_start" }

  /// The most tokens of prompt and answer together; nil: what the model reads.
  let maxLength: Int?
  let mode: Mode?
  /// What has been said already: the same warning comes once.
  private var said: Set<String> = []

  init(maxLength: Int? = nil, mode: Mode? = nil) {
    self.maxLength = maxLength
    self.mode = mode
  }

  static var parameters: [ParameterSpec] {
    [
      ParameterSpec(
        "max_length", .int, range: .atLeast(2), optional: true, example: "384",
        doc: "most tokens of a row, prompt and answer together; without it what the model reads"),
      ParameterSpec(
        "truncation_mode", .string, choices: Mode.allCases.map(\.rawValue), optional: true,
        doc: "which end of a longer row is kept; without it such a row is an error"),
    ]
  }

  /// What `plain` told.
  convenience init(_ plain: [(name: String, value: SettingValue)]) {
    func value(_ name: String) -> SettingValue {
      plain.first { $0.name == name }?.value ?? .none
    }
    var maxLength: Int?
    if case .integer(let length) = value("max_length") { maxLength = length }
    var mode: Mode?
    if case .text(let text) = value("truncation_mode") { mode = Mode(rawValue: text) }
    self.init(maxLength: maxLength, mode: mode)
  }

  convenience init(_ call: Call) throws {
    self.init(
      maxLength: try call.isGiven("max_length") ? call.int("max_length") : nil,
      mode: try call.isGiven("truncation_mode")
        ? Mode(rawValue: call.string("truncation_mode")) : nil)
  }

  var plain: [(name: String, value: SettingValue)] {
    [
      ("max_length", maxLength.map { .integer($0) } ?? .none),
      ("truncation_mode", mode.map { .text($0.rawValue) } ?? .none),
    ]
  }

  /// Cuts rows of ids to `limit(context)` tokens and counts those it cut.
  struct Cutter {
    let limit: Int
    /// Tokens that will be added to each row, such as the end token.
    let reserve: Int
    let mode: Mode?
    /// What errors call the rows, such as "RewardModel.fit: data".
    let owner: String
    private(set) var cut = 0
    private(set) var seen = 0

    init(_ truncation: Truncation, context: Int, reserve: Int = 0, owner: String) {
      limit = max(1, min(truncation.maxLength ?? context, context) - reserve)
      self.reserve = reserve
      mode = truncation.mode
      self.owner = owner
    }

    /// What is left of a prompt and an answer.
    mutating func callAsFunction(_ prompt: [Int32], _ answer: [Int32], row: Int) throws
      -> (prompt: [Int32], answer: [Int32])
    {
      seen += 1
      let excess = prompt.count + answer.count - limit
      guard excess > 0 else { return (prompt, answer) }
      cut += 1
      switch mode {
      case .keepEnd?:
        return (Array(prompt.dropFirst(excess)), Array(answer.suffix(limit)))
      case .keepStart?:
        return (Array(prompt.prefix(limit)), Array(answer.dropLast(excess)))
      case nil:
        let length = prompt.count + answer.count + reserve
        throw Fault(
          .value, "\(owner): row \(row) has \(length) tokens, at most \(limit + reserve) are read",
          remedy: "truncation_mode: \"keep_end\" keeps the last \(limit + reserve) of such rows")
      }
    }
  }

  /// Says how many rows were cut, unless that was said before.
  func report(_ cutter: Cutter, _ what: String, _ core: SessionCore) {
    guard cutter.cut > 0, let mode else { return }
    let end = mode == .keepEnd ? "last" : "first"
    let length = cutter.limit + cutter.reserve
    let added = cutter.reserve > 0 ? " (end token included)" : ""
    let text =
      "\(cutter.owner): \(NumberText.grouped(cutter.cut)) of \(NumberText.count(cutter.seen, what)) "
      + "are longer than \(length) tokens\(added); each kept its \(end) \(length)"
    if said.insert(text).inserted { core.warn(text) }
  }
}
