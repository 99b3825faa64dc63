/// The tensors of a model as a table. Layers that are alike share a row for each of their tensors:
/// `layers.0…4.q_proj.weight`, of shape `5 × [64, 64]`.
package struct LayerTable {
  package struct Part: Equatable, Sendable {
    package var name: String
    package var shape: [Int]
    package var isFrozen: Bool

    package init(name: String, shape: [Int], isFrozen: Bool = false) {
      self.name = name
      self.shape = shape
      self.isFrozen = isFrozen
    }
  }

  package var title: String?
  package var parts: [Part]

  package init(title: String? = nil, parts: [Part]) {
    self.title = title
    self.parts = parts
  }

  package func lines(_ style: ViewStyle) -> [String] {
    let groups = LayerTable.groups(parts)
    let total = parts.reduce(0) { $0 + LayerTable.count($1.shape) }
    let isMixed = Set(parts.map(\.isFrozen)).count > 1
    var table = TableView(
      title: title,
      columns: ["tensor", "shape", "count", "share"] + (isMixed ? ["trained"] : []),
      rows: groups.map { group in
        let count = LayerTable.count(group.part.shape) * group.indices.count
        return [
          .text(group.name(style)), .text(group.shape(style)), .integer(count),
          .figure(LayerTable.share(count, of: total)),
        ] + (isMixed ? [.text(group.part.isFrozen ? "frozen" : "yes")] : [])
      })
    table.rowLimit = 64
    table.groupsThousands = true
    return table.lines(style)
  }

  private static func count(_ shape: [Int]) -> Int { shape.reduce(1, *) }

  private static func share(_ count: Int, of total: Int) -> String {
    let percent = total == 0 ? 0 : 100 * Double(count) / Double(total)
    return NumberText.fixed(percent, digits: 1) + " %"
  }

  // MARK: Grouping

  /// Tensors whose names differ in the number of their layer only.
  struct Group: Equatable {
    var part: Part
    /// What stands before and behind the number; all of the name where it has none.
    var before: String
    var after: String
    /// Numbers of the layers, rising; one for a tensor that is in no layer.
    var indices: [Int]
    let isNumbered: Bool

    func name(_ style: ViewStyle) -> String {
      guard isNumbered else { return before }
      return before + LayerTable.words(for: indices, style) + after
    }

    func shape(_ style: ViewStyle) -> String {
      let shape = "[" + part.shape.map { String($0) }.joined(separator: ", ") + "]"
      return indices.count == 1
        ? shape : "\(indices.count) \(style.drawsUnicode ? "×" : "x") \(shape)"
    }
  }

  /// The parts by what they have in common, in the order in which each kind first comes.
  static func groups(_ parts: [Part]) -> [Group] {
    var groups: [Group] = []
    var places: [String: Int] = [:]
    for part in parts {
      let words = part.name.split(separator: ".", omittingEmptySubsequences: false)
      guard let place = words.firstIndex(where: { Int($0) != nil }), let index = Int(words[place])
      else {
        groups.append(
          Group(part: part, before: part.name, after: "", indices: [0], isNumbered: false))
        continue
      }
      let before = words[..<place].map { $0 + "." }.joined()
      let after = words[(place + 1)...].map { "." + $0 }.joined()
      let key = "\(before)#\(after) \(part.shape) \(part.isFrozen)"
      if let found = places[key] {
        groups[found].indices.append(index)
      } else {
        places[key] = groups.count
        groups.append(
          Group(part: part, before: before, after: after, indices: [index], isNumbered: true))
      }
    }
    for place in groups.indices { groups[place].indices.sort() }
    return groups
  }

  /// `0…4`, `7`, or `0…2,5`.
  private static func words(for indices: [Int], _ style: ViewStyle) -> String {
    var runs: [ClosedRange<Int>] = []
    for index in indices {
      if let last = runs.last, last.upperBound + 1 == index {
        runs[runs.count - 1] = last.lowerBound...index
      } else {
        runs.append(index...index)
      }
    }
    return runs.map { run in
      run.count == 1
        ? "\(run.lowerBound)"
        : "\(run.lowerBound)\(style.drawsUnicode ? "…" : "-")\(run.upperBound)"
    }.joined(separator: ",")
  }
}
