import RLXModels
import RLXScript
import RLXTraining

/// Several scorers as one.
package final class EnsembleObject: ScorerObject, Unchanging {
  package static let typeName = "Ensemble"

  let members: [any ScorerObject & Digestible]
  let combine: ScoreCombination
  /// λ of `uncertainty`.
  let weight: Double
  package let identity = ObjectIdentity()

  init(_ members: [any ScorerObject & Digestible], combine: ScoreCombination, weight: Double) {
    self.members = members
    self.combine = combine
    self.weight = weight
  }

  package var typeName: String { Self.typeName }
  package var count: Int? { members.count }
  package var objectState: ObjectState { ObjectState(holds: members.map { .host($0) }) }

  var tokenizer: Tokenizer? { members.lazy.compactMap(\.tokenizer).first }

  /// The scores of each member.
  func each(
    _ samples: [Sample], by tokenizer: Tokenizer?, raw: Bool, owner: String, _ core: SessionCore
  ) throws -> [[Double]] {
    try members.map { try $0.scores(samples, by: tokenizer, raw: raw, owner: owner, core) }
  }

  func scores(
    _ samples: [Sample], by tokenizer: Tokenizer?, raw: Bool, owner: String, _ core: SessionCore
  ) throws -> [Double] {
    let each = try each(samples, by: tokenizer, raw: raw, owner: owner, core)
    return samples.indices.map { row in combine(each.map { $0[row] }, weight: weight) }
  }

  package func index(_ subscripts: [SubscriptValue]) throws -> Value {
    switch try ListPlace(subscripts, of: members.count, in: Self.typeName) {
    case .element(let place): .host(members[place])
    case .slice(let range): .list(members[range].map { .host($0) })
    }
  }

  package func display(_ style: DisplayStyle) -> String {
    let view = ViewStyle(style)
    let how =
      combine == .uncertainty
      ? "mean - \(NumberText.significant(weight)) · variance" : "combine: \(combine.rawValue)"
    let title = ["Ensemble", NumberText.count(members.count, "scorer"), how]
      .joined(separator: view.separator)
    return ([title] + members.map { "  " + $0.brief() }).joined(separator: "\n")
  }

  package func plain() throws -> Value? {
    .map([
      ("combine", .string(combine.rawValue)), ("uncertainty_weight", .float(weight)),
      ("members", .list(try members.map { try $0.plain() ?? .nil })),
    ])
  }

  package func absorb(into digest: inout DigestBuilder) {
    digest.text(combine.rawValue)
    digest.number(weight)
    digest.count(members.count)
    for member in members { member.absorb(into: &digest) }
  }
}
