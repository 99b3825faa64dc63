import Foundation
import RLXData
import RLXTensor
import RLXTestSupport
import Testing

/// How a token is drawn from a row of logits, against transformers' filters and by counting.
@Suite struct RowSamplerTests {
  /// A grid of uniforms, whose counts give each token's mass to within one point of the grid.
  static let grid = (0..<20_000).map { (Double($0) + 0.5) / 20_000 }

  private func masses(_ sampler: RowSampler, _ row: [Float], _ forbidden: [Int32] = []) throws
    -> [Float]
  {
    let V = row.count
    let one = Tensor(row, [1, V])
    let all = one.rows(Array(repeating: 0, count: Self.grid.count))
    let drawn = try sampler.sample(all, uniforms: Self.grid, forbidden: forbidden)
    #expect(drawn.tokens == drawn.tokens.sorted())  // the inverse of a distribution by id
    var counts = [Int](repeating: 0, count: V)
    for token in drawn.tokens { counts[Int(token)] += 1 }
    return counts.map { Float($0) / Float(Self.grid.count) }
  }

  @Test func filtersLeaveWhatTransformersLeaves() throws {
    // Each end of an interval falls between two points of the grid; the rest is float32.
    let tolerance: Float = 1e-4
    let golden = try Support.json(Repository.golden("models/filters.json"))
    let V = try #require(golden["vocabulary"]?.intValue)
    let logits = Support.floats(golden["logits"])
    let cases = try #require(golden["cases"]?.arrayValue)
    #expect(cases.count > 40)
    for entry in cases {
      let row = try #require(entry["row"]?.intValue)
      let sampler = RowSampler(
        temperature: Float(try #require(entry["temperature"]?.doubleValue)),
        topK: try #require(entry["top_k"]?.intValue),
        topP: Float(try #require(entry["top_p"]?.doubleValue)))
      let found = try masses(sampler, Array(logits[(row * V)..<(row + 1) * V]))
      let wanted = Support.floats(entry["probabilities"])
      #expect(Support.distance(found, wanted) < tolerance, "row \(row), \(sampler)")
      for (mass, probability) in zip(found, wanted) where probability == 0 { #expect(mass == 0) }
    }
  }

  /// Vocabularies below, at and above the blocks that the search passes over, with gaps of mass 0.
  @Test(arguments: [1, 7, 255, 256, 257, 1023])
  func aTokenIsTheInverseOfTheSumsAndTheSameOnEveryInstructionSet(V: Int) throws {
    let row = (0..<V).map { $0 % 5 == 3 ? -Float.infinity : Float(($0 * 37) % 101) / 20 - 3 }
    let uniforms = (0..<1000).map { (Double($0) + 0.5) / 1000 }
    let sampler = RowSampler(temperature: 1, topK: 0, topP: 1)
    let before = Engine.instructionSet
    defer { _ = Engine.use(instructionSet: before) }
    for forbidden in [[], [Int32(V - 1)], [Int32(row.firstIndex(of: row.max() ?? 0) ?? 0)]] {
      guard forbidden.isEmpty || V > 1 else { continue }
      var sums: [Double] = []
      for (id, logit) in row.enumerated() {
        let mass = forbidden.contains(Int32(id)) ? 0 : exponential(Double(logit))
        sums.append((sums.last ?? 0) + mass)
      }
      let logits = Tensor(row, [1, V]).rows(Array(repeating: 0, count: uniforms.count))
      var first: [Int32]?
      for isa in ["baseline", "avx2", "avx512"] where Engine.use(instructionSet: isa) {
        let drawn = try sampler.sample(logits, uniforms: uniforms, forbidden: forbidden)
        #expect(drawn.tokens == first ?? drawn.tokens, "\(isa)")
        first = drawn.tokens
        for (u, token) in zip(uniforms, drawn.tokens) {
          // float32 masses: within a millionth of the interval's ends either side will do.
          let (target, slack) = (u * (sums.last ?? 0), 2e-6 * (sums.last ?? 0))
          let below = token == 0 ? 0 : sums[Int(token) - 1]
          #expect(below - slack <= target && target <= sums[Int(token)] + slack)
          #expect(row[Int(token)] > -.infinity && !forbidden.contains(token))
        }
      }
    }
  }

  @Test func logProbsAreOfTheWholeDistribution() throws {
    // float32 rounding of a value near 5.
    let tolerance: Float = 2e-6
    let row: [Float] = [0.5, -1, 2, 0.25, -3, 1.5, 0, 0.75, -0.5]
    for temperature in [Float(0), 0.6, 1, 1.8] {
      let sampler = RowSampler(temperature: temperature, topK: 3, topP: 0.8)
      let drawn = try sampler.sample(
        Tensor(row, [1, 9]), uniforms: [0.7], forbidden: [2])
      let scaled = row.map { Double($0) / Double(temperature == 0 ? 1 : temperature) }
      let total = scaled.reduce(0) { $0 + exponential($1) }
      let wanted = scaled[Int(drawn.tokens[0])] - logarithm(total)
      #expect(abs(drawn.logProbs[0] - Float(wanted)) < tolerance)
      #expect(drawn.tokens[0] != 2)
    }
  }

  @Test func greedyTakesTheLargestAndTheFirstOfEquals() throws {
    let sampler = RowSampler(temperature: 0, topK: 0, topP: 1)
    let rows = Tensor([0, 3, 3, 1, -5, -5, -5, -6], [2, 4])
    #expect(try sampler.sample(rows, uniforms: [0.9, 0.9]).tokens == [1, 0])
    #expect(try sampler.sample(rows, uniforms: [0.9, 0.9], forbidden: [1, 0]).tokens == [2, 2])
  }

  @Test func forbiddenTokensAreNotDrawnEvenIfTheyHaveAllTheMass() throws {
    let sampler = RowSampler(temperature: 1, topK: 0, topP: 1)
    let found = try masses(sampler, [1000, 0, 0, -1000], [0, 77])
    #expect(Support.distance(found, [0, 0.5, 0.5, 0]) < 1e-4)
    #expect(throws: RowSampler.Trouble.self) {
      try sampler.sample(Tensor([1, 2], [1, 2]), uniforms: [0], forbidden: [0, 1])
    }
  }

  @Test(arguments: [Float.nan, .infinity]) func logitsThatAreNotFiniteAreReported(bad: Float) throws
  {
    for temperature in [Float(0), 1] {
      for place in [0, 3, 8, 16] {
        var values = [Float](repeating: 1, count: 34)
        values[17 + place] = bad
        do {
          _ = try RowSampler(temperature: temperature, topK: 0, topP: 1)
            .sample(Tensor(values, [2, 17]), uniforms: [0.5, 0.5])
          Issue.record("\(bad) at \(place) went unnoticed")
        } catch {
          guard case .notFinite(row: 1) = error else { throw error }
        }
      }
    }
  }

  @Test func extremeTemperaturesAreStillDistributions() throws {
    let row: [Float] = [1, 2, 3, 2.5]
    let cold = try masses(RowSampler(temperature: 1e-30, topK: 0, topP: 1), row)
    #expect(cold == [0, 0, 1, 0])
    let hot = try masses(RowSampler(temperature: 1e30, topK: 0, topP: 1), row)
    #expect(Support.distance(hot, [0.25, 0.25, 0.25, 0.25]) < 1e-4)
  }

  @Test func atLeastOneTokenStays() throws {
    // 0.5, 0.25, 0.25: with any top_p up to 0.5 the first alone, beyond it all that tie for second.
    let row: [Float] = [0, 0.6931472, 0]
    for topP in [Float.leastNonzeroMagnitude, 1e-6, 0.25, 0.499] {
      let found = try masses(RowSampler(temperature: 1, topK: 0, topP: topP), row)
      #expect(found == [0, 1, 0], "top_p \(topP)")
    }
    let several = try masses(RowSampler(temperature: 1, topK: 0, topP: 0.7), row)
    #expect(Support.distance(several, [1 / 3, 2 / 3, 0]) < 1e-4)
    // Equals at the top: the lowest id stays.
    #expect(try masses(RowSampler(temperature: 1, topK: 0, topP: 1e-6), [4, 4, 4]) == [1, 0, 0])
    #expect(try masses(RowSampler(temperature: 1, topK: 1, topP: 1), row) == [0, 1, 0])
  }

  @Test func tokensOfNoProbabilityAreNeverDrawn() throws {
    let sampler = RowSampler(temperature: 1, topK: 0, topP: 1)
    let row: [Float] = [-.infinity, 1e4, -1e4, 1e4, -.infinity]
    let drawn = try sampler.sample(
      Tensor(row + row, [2, 5]), uniforms: [0, 1 - 0x1p-53])
    #expect(drawn.tokens == [1, 3])
    #expect(drawn.logProbs.allSatisfy { abs($0 + 0.6931472) < 1e-6 })
  }

  @Test func theFirstOfSeveralRowsInTroubleIsNamed() throws {
    var values = [Float](repeating: 0, count: 64 * 512)
    values[40 * 512 + 3] = .nan
    values[57 * 512] = .infinity
    do {
      _ = try RowSampler(temperature: 1, topK: 0, topP: 1)
        .sample(Tensor(values, [64, 512]), uniforms: [Double](repeating: 0.5, count: 64))
      Issue.record("NaN went unnoticed")
    } catch {
      guard case .notFinite(row: 40) = error else { throw error }
    }
  }

  @Test func drawsFollowTheDistribution() throws {
    // Pearson's chi-square with 5 degrees of freedom: 20.5 is exceeded once in 1,000 seeds; this one
    // is fixed.
    let row: [Float] = [0, 1, -1, 0.5, 2, -2]
    let N = 20_000
    let draw = Draw(seed: 3, call: 9, purpose: .sample)
    let uniforms = (0..<N).map { draw.uniform(row: $0 % 64, position: $0 / 64) }
    let rows = Tensor(row, [1, 6]).rows(Array(repeating: 0, count: N))
    let drawn = try RowSampler(temperature: 1, topK: 0, topP: 1).sample(rows, uniforms: uniforms)
    let total = row.reduce(0) { $0 + exponential(Double($1)) }
    var chiSquare = 0.0
    for id in 0..<6 {
      let wanted = Double(N) * exponential(Double(row[id])) / total
      let found = Double(drawn.tokens.count { $0 == Int32(id) })
      chiSquare += (found - wanted) * (found - wanted) / wanted
    }
    #expect(chiSquare < 20.5)
  }

  private func exponential(_ x: Double) -> Double { Foundation.exp(x) }
  private func logarithm(_ x: Double) -> Double { Foundation.log(x) }
}
