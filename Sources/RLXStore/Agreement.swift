import GRDB

/// How far annotators agree, over the pairs of answers that at least two of them judged.
///
/// The same two answers to a prompt are one pair, in whatever order and from whatever source they
/// were compared; of one annotator's judgements on it the last counts. Categories are: the one is
/// better, the other is, tie. Skips are no judgements.
package struct Agreement: Equatable, Sendable {
  package struct Pair: Equatable, Sendable {
    package let first: String
    package let second: String
    /// Pairs of answers both judged.
    package let items: Int
    /// Those they judged alike.
    package let agreed: Int
    /// Cohen's kappa; nil where it is not defined.
    package let kappa: Double?
    /// `agreed` of `items`, in percent.
    package var percent: Double { 100 * Double(agreed) / Double(items) }
  }

  /// Every two annotators who judged something in common, in the order of their first judgements.
  package let pairs: [Pair]
  /// Krippendorff's alpha over all annotators; nil where it is not defined.
  package let alpha: Double?
  /// Pairs of answers with two judgements or more.
  package let items: Int

  package init(pairs: [Pair], alpha: Double?, items: Int) {
    self.pairs = pairs
    self.alpha = alpha
    self.items = items
  }
}

// MARK: - Formulas

extension Agreement {
  /// Cohen's kappa, (pₒ − pₑ) / (1 − pₑ): pₒ the share of items two annotators put in the same
  /// category, pₑ = Σ_c p₁(c) p₂(c) what chance gives with their own frequencies.
  /// Cohen (1960), "A coefficient of agreement for nominal scales", equation 1.
  ///
  /// nil without items, and where chance alone gives full agreement (pₑ = 1).
  package static func cohenKappa(_ items: [(Int, Int)]) -> Double? {
    guard !items.isEmpty else { return nil }
    let n = Double(items.count)
    let observed = Double(items.count { $0.0 == $0.1 }) / n
    var chance = 0.0
    for category in Set(items.map(\.0)).sorted() {
      let first = Double(items.count { $0.0 == category })
      let second = Double(items.count { $0.1 == category })
      chance += first * second / (n * n)
    }
    return chance < 1 ? (observed - chance) / (1 - chance) : nil
  }

  /// Krippendorff's alpha for nominal data, 1 − Dₒ/Dₑ, any number of annotators, values missing.
  ///
  /// With o_ck = Σ_u (ordered pairs c–k within unit u) / (m_u − 1) over units of m_u ≥ 2 values,
  /// n_c = Σ_k o_ck and n = Σ_c n_c:  α = 1 − (n − 1) (n − Σ o_cc) / (n² − Σ n_c²).
  /// Krippendorff (2011), "Computing Krippendorff's alpha-reliability", part C.
  ///
  /// `units` holds the values each unit got. nil without such units, or where all values are equal.
  package static func krippendorffAlpha(_ units: [[Int]]) -> Double? {
    let pairable = units.filter { $0.count >= 2 }
    let categories = Set(pairable.joined()).sorted()
    let n = Double(pairable.reduce(0) { $0 + $1.count })
    var matches = 0.0
    var squares = 0.0
    for category in categories {
      var total = 0.0
      for unit in pairable {
        let count = Double(unit.count { $0 == category })
        matches += count * (count - 1) / Double(unit.count - 1)
        total += count
      }
      squares += total * total
    }
    let chance = n * n - squares
    return chance > 0 ? 1 - (n - 1) * (n - matches) / chance : nil
  }
}

// MARK: - From a store

extension PreferenceStore {
  /// One annotator's last word on one pair of answers.
  private struct Word {
    let annotator: Int
    let pair: [Int64]
    let category: Int
  }

  package func agreement() throws(StoreError) -> Agreement {
    let (names, words) = try lastWords()
    /// For each pair of answers, in order, each annotator's category.
    var places: [[Int64]: Int] = [:]
    var units: [[Int: Int]] = []
    for word in words {
      let place = places[word.pair] ?? units.count
      if place == units.count {
        places[word.pair] = place
        units.append([:])
      }
      units[place][word.annotator] = word.category
    }
    var pairs: [Agreement.Pair] = []
    for first in names.indices {
      for second in names.indices where second > first {
        let items = units.compactMap { unit -> (Int, Int)? in
          guard let a = unit[first], let b = unit[second] else { return nil }
          return (a, b)
        }
        guard !items.isEmpty else { continue }
        pairs.append(
          Agreement.Pair(
            first: names[first], second: names[second], items: items.count,
            agreed: items.count { $0.0 == $0.1 }, kappa: Agreement.cohenKappa(items)))
      }
    }
    let values = units.map { unit in unit.sorted { $0.key < $1.key }.map(\.value) }
    return Agreement(
      pairs: pairs, alpha: Agreement.krippendorffAlpha(values),
      items: values.count { $0.count >= 2 })
  }

  /// Standing judgements without skips, oldest first, so that a later word replaces an earlier.
  ///
  /// A pair is named by the least ids of candidates with its two texts: the same words are the same
  /// answer, sampled or typed.
  private func lastWords() throws(StoreError) -> (names: [String], words: [Word]) {
    try read { db in
      let least = "(SELECT MIN(id) FROM candidates WHERE prompt_id = c.prompt_id AND text ="
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT j."by", j.choice, \(least) a.text) AS a, \(least) b.text) AS b
          FROM standing AS j JOIN known AS c ON c.id = j.comparison_id
          JOIN candidates AS a ON a.id = c.a JOIN candidates AS b ON b.id = c.b
          WHERE j.choice <> 'skip' ORDER BY j.id
          """)
      var names: [String] = []
      let words = try rows.map { row in
        let fields = Fields(row: row)
        let name = try fields.text("by")
        if !names.contains(where: { $0.utf8.elementsEqual(name.utf8) }) { names.append(name) }
        let (a, b) = (try fields.integer("a"), try fields.integer("b"))
        let choice = try fields.raw("choice", as: Choice.self)
        let firstIsLeast = (choice == .first) == (a < b)
        return Word(
          annotator: names.firstIndex { $0.utf8.elementsEqual(name.utf8) } ?? 0,
          pair: [min(a, b), max(a, b)], category: choice == .tie ? 0 : firstIsLeast ? 1 : 2)
      }
      return (names, words)
    }
  }
}
