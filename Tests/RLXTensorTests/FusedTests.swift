import Glibc
import RLXTensor
import Testing

extension EngineSuite {
  @Suite struct FusedTests {
    /// Attention weights come from exp of scores of size 5 in float and average values of size 2.
    static let attention = Tolerance(absolute: 1e-5, relative: 1e-5)

    @Test(arguments: instructionSets)
    func normsAgreeWithTheirReference(isa: String) {
      using(instructionSet: isa) {
        for (N, C) in [(0, 5), (1, 1), (3, 7), (7, 33), (300, 65), (2, 5000)] {
          let x = tensor([N, C], seed: C)
          let w = tensor([C], seed: 3)
          let b = tensor([C], seed: 4)
          let lanes = C == 0 ? [] : Reference.lanes(x, axis: 1)
          let weight = Reference.doubles(w)
          let bias = Reference.doubles(b)
          let rms = lanes.flatMap { row in
            let scale = 1 / sqrt(row.reduce(0) { $0 + $1 * $1 } / Double(C) + 1e-5)
            return zip(row, weight).map { $0 * scale * $1 }
          }
          let layer = lanes.flatMap { row in
            let mean = row.reduce(0, +) / Double(C)
            let spread = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(C)
            return row.indices.map {
              (row[$0] - mean) / sqrt(spread + 1e-5) * weight[$0] + bias[$0]
            }
          }
          expectClose(x.rmsNorm(w, eps: 1e-5), rms, .sum, "rms \(N) \(C) on \(isa)")
          expectClose(x.layerNorm(w, b, eps: 1e-5), layer, .sum, "layer \(N) \(C) on \(isa)")
        }
      }
    }

    @Test(arguments: instructionSets)
    func ropeRotatesPairsOfHalves(isa: String) {
      using(instructionSet: isa) {
        let x = tensor([3, 12], seed: 1)
        let table = ropeTable(9, 6)
        let y = Reference.doubles(x.rope([0, 5, 8], heads: 2, table: table))
        let given = Reference.doubles(x)
        var expected = given
        for (row, position) in [0, 5, 8].enumerated() {
          for head in 0..<2 {
            for d in 0..<3 {
              let angle = Double(position) * pow(10000, -2 * Double(d) / 6)
              let (i, j) = (row * 12 + head * 6 + d, row * 12 + head * 6 + d + 3)
              expected[i] = given[i] * cos(angle) - given[j] * sin(angle)
              expected[j] = given[j] * cos(angle) + given[i] * sin(angle)
            }
          }
        }
        expectClose(Tensor(y.map(Float.init), [36]), expected, .sum)
      }
    }

    @Test(arguments: instructionSets)
    func ropeLeavesWhatTheTableDoesNotReach(isa: String) {
      using(instructionSet: isa) {
        let x = tensor([3, 14], seed: 1)
        let y = x.rope([0, 5, 8], heads: 2, table: ropeTable(9, 4))
        for head in 0..<2 {
          let start = 7 * head
          let turned = x.slice(axis: 1, from: start, to: start + 4)
            .rope([0, 5, 8], heads: 1, table: ropeTable(9, 4))
          #expect(y.slice(axis: 1, from: start, to: start + 4).array == turned.array)
          let kept = (start + 4, start + 7)
          #expect(
            y.slice(axis: 1, from: kept.0, to: kept.1).array
              == x.slice(axis: 1, from: kept.0, to: kept.1).array)
        }
      }
    }

    @Test(arguments: instructionSets)
    func attentionAgreesWithNaiveSoftmax(isa: String) {
      using(instructionSet: isa) {
        let cases: [(offsets: [Int32], heads: Int, kvHeads: Int, D: Int)] = [
          ([0, 1], 1, 1, 1), ([0, 0, 3, 3, 20], 4, 2, 8), ([0, 33, 40], 3, 3, 5),
          ([0, 100], 2, 1, 16), ([0, 17, 49], 2, 2, 33), ([0, 15, 31, 48], 8, 4, 8), ([0], 2, 1, 4),
          ([0, 40], 1, 1, 128),
        ]
        for (offsets, heads, kvHeads, D) in cases {
          let N = Int(offsets.last ?? 0)
          let q = tensor([N, heads * D], seed: 1)
          let k = tensor([N, kvHeads * D], seed: 2)
          let v = tensor([N, kvHeads * D], seed: 3)
          let scale = 1 / Float(D).squareRoot()
          let y = Tensor.causalAttention(
            q: q, k: k, v: v, offsets: offsets, heads: heads, kvHeads: kvHeads, scale: scale)
          let reference = Reference.attention(
            q: q, k: k, v: v, offsets: offsets, heads: heads, kvHeads: kvHeads, scale: scale)
          expectClose(y, reference, Self.attention, "\(offsets) \(heads) \(kvHeads) \(D) on \(isa)")
        }
      }
    }

    @Test(arguments: instructionSets, [(2, 1, 8), (4, 2, 5), (1, 1, 24)])
    func attentionGradientsHoldOverBlocks(isa: String, _ sizes: (Int, Int, Int)) throws {
      let (heads, kvHeads, D) = sizes
      let offsets: [Int32] = [0, 3, 3, 21]
      try using(instructionSet: isa) {
        let inputs = [heads, kvHeads, kvHeads].enumerated().map {
          tensor([21, $0.element * D], seed: $0.offset, in: -1...1)
        }
        try checkGradient(inputs, "\(sizes) on \(isa)") {
          .causalAttention(
            q: $0[0], k: $0[1], v: $0[2], offsets: offsets, heads: heads, kvHeads: kvHeads,
            scale: 0.5)
        }
      }
    }

    /// Windows within, at and past the blocks of sixteen that the kernels work in.
    @Test(
      arguments: instructionSets, [(1, 0), (5, 0), (16, 0), (17, 3), (200, 0), (0, 2), (7, 1.5)])
    func attentionThroughAWindowAgreesWithNaiveSoftmax(isa: String, _ call: (Int, Float)) {
      let (window, softcap) = call
      using(instructionSet: isa) {
        for (offsets, heads, kvHeads, D) in [
          ([0, 1, 1, 20, 53] as [Int32], 4, 2, 8), ([0, 100], 2, 1, 16), ([0, 17, 49], 2, 2, 33),
        ] {
          let N = Int(offsets.last ?? 0)
          let q = tensor([N, heads * D], seed: 1)
          let k = tensor([N, kvHeads * D], seed: 2)
          let v = tensor([N, kvHeads * D], seed: 3)
          let y = Tensor.causalAttention(
            q: q, k: k, v: v, offsets: offsets, heads: heads, kvHeads: kvHeads, scale: 0.5,
            window: window, softcap: softcap)
          let reference = Reference.attention(
            q: q, k: k, v: v, offsets: offsets, heads: heads, kvHeads: kvHeads, scale: 0.5,
            window: window, softcap: Double(softcap))
          expectClose(y, reference, Self.attention, "\(offsets) \(call) on \(isa)")
        }
      }
    }

    @Test(arguments: instructionSets, [(3, 0), (16, 2), (18, 0), (0, 1.5)])
    func attentionGradientsHoldThroughAWindow(isa: String, _ call: (Int, Float)) throws {
      let offsets: [Int32] = [0, 3, 3, 40]
      try using(instructionSet: isa) {
        let inputs = [2, 1, 1].enumerated().map {
          tensor([40, $0.element * 5], seed: $0.offset, in: -1...1)
        }
        try checkGradient(inputs, "\(call) on \(isa)") {
          .causalAttention(
            q: $0[0], k: $0[1], v: $0[2], offsets: offsets, heads: 2, kvHeads: 1, scale: 0.5,
            window: call.0, softcap: call.1)
        }
      }
    }

    @Test(arguments: instructionSets)
    func extremeScoresStayFinite(isa: String) {
      using(instructionSet: isa) {
        let q = Tensor([300, -300], [2, 1])
        let k = Tensor([1000, -1000], [2, 1])
        let v = Tensor([1, 2], [2, 1])
        let y = Tensor.causalAttention(
          q: q, k: k, v: v, offsets: [0, 2], heads: 1, kvHeads: 1, scale: 1)
        #expect(y.array == [1, 2])
      }
    }

    @Test(arguments: instructionSets)
    func decodingAgreesWithPackedAttention(isa: String) {
      using(instructionSet: isa) {
        for (heads, kvHeads, D) in [(4, 2, 8), (3, 1, 5), (2, 2, 33)] {
          let lengths = [1, 19, 40]
          let offsets = lengths.reduce(into: [Int32(0)]) { $0.append($0[$0.count - 1] + Int32($1)) }
          let N = lengths.reduce(0, +)
          let q = tensor([N, heads * D], seed: 1)
          let k = tensor([N, kvHeads * D], seed: 2)
          let v = tensor([N, kvHeads * D], seed: 3)
          let cache = KVCache(layers: 2, rows: 4, capacity: 41, kvWidth: kvHeads * D)
          let rows = lengths.enumerated().flatMap {
            [Int32](repeating: Int32($0.offset), count: $0.element)
          }
          let positions = lengths.flatMap { (0..<$0).map { Int32($0) } }
          let junk = Tensor.full([41, kvHeads * D], .nan)
          for row in 0..<4 {
            cache.append(
              layer: 1, k: junk, v: junk, rows: [Int32](repeating: Int32(row), count: 41),
              positions: (0..<41).map { Int32($0) })
          }
          cache.append(layer: 1, k: k, v: v, rows: rows, positions: positions)
          let decoded = cache.attend(
            layer: 1, q: q, rows: rows, positions: positions, heads: heads, kvHeads: kvHeads,
            scale: 0.4)
          let packed = Tensor.causalAttention(
            q: q, k: k, v: v, offsets: offsets, heads: heads, kvHeads: kvHeads, scale: 0.4)
          expectClose(decoded, Reference.doubles(packed), Self.attention, "\(heads) \(D) on \(isa)")
          cache.copyRow(from: 2, to: 3, length: 30)
          let part = q.slice(axis: 0, from: 20, to: 50)
          let copied = cache.attend(
            layer: 1, q: part, rows: [Int32](repeating: 3, count: 30),
            positions: (0..<30).map { Int32($0) }, heads: heads, kvHeads: kvHeads, scale: 0.4)
          #expect(copied.array == decoded.slice(axis: 0, from: 20, to: 50).array)
        }
      }
    }

    /// The cache holds what the window hides, and past the last position what is not of this row.
    @Test(arguments: instructionSets, [(1, 0), (6, 0), (16, 4), (33, 0), (0, 2)])
    func decodingThroughAWindowAgreesWithPackedAttention(isa: String, _ call: (Int, Float)) {
      using(instructionSet: isa) {
        let q = tensor([50, 12], seed: 1)
        let k = tensor([50, 6], seed: 2)
        let v = tensor([50, 6], seed: 3)
        let cache = KVCache(layers: 1, rows: 2, capacity: 51, kvWidth: 6)
        let junk = Tensor.full([51, 6], .nan)
        let rows = [Int32](repeating: 1, count: 51)
        let positions = (0..<51).map { Int32($0) }
        cache.append(layer: 0, k: junk, v: junk, rows: rows, positions: positions)
        cache.append(
          layer: 0, k: k, v: v, rows: Array(rows.dropLast()), positions: Array(positions.dropLast())
        )
        let decoded = cache.attend(
          layer: 0, q: q, rows: Array(rows.dropLast()), positions: Array(positions.dropLast()),
          heads: 4, kvHeads: 2, scale: 0.7, window: call.0, softcap: call.1)
        let packed = Tensor.causalAttention(
          q: q, k: k, v: v, offsets: [0, 50], heads: 4, kvHeads: 2, scale: 0.7, window: call.0,
          softcap: call.1)
        expectClose(decoded, Reference.doubles(packed), Self.attention, "\(call) on \(isa)")
      }
    }

    @Test(arguments: instructionSets)
    func tokenLogProbsAndEntropyAgreeWithTheirReference(isa: String) {
      using(instructionSet: isa) {
        for (R, V) in [(0, 7), (1, 1), (3, 7), (33, 65), (5, 512), (2, 5001)] {
          let logits = tensor([R, V], seed: V, in: -12...12)
          let lanes = Reference.lanes(logits, axis: 1)
          let targets = (0..<R).map { Int32(($0 * 31 + V - 1) % V) }
          // Differences of numbers of size 20 in float.
          let tolerance = Tolerance(absolute: 2e-5, relative: 1e-6)
          for temperature: Float in [1, 0.5] {
            expectClose(
              logits.tokenLogProbs(targets, temperature: temperature),
              zip(lanes, targets).map { lane, target in
                let scaled = lane.map { $0 / Double(temperature) }
                return scaled[Int(target)] - Reference.logSumExp(scaled)
              }, tolerance, "\(R) \(V) on \(isa)")
          }
          expectClose(
            logits.tokenEntropy(),
            lanes.map { lane in
              Reference.softmax(lane).reduce(0) { $0 - ($1 > 0 ? $1 * log($1) : 0) }
            },
            tolerance, "\(R) \(V) on \(isa)")
        }
      }
    }

    /// Logits far from 0, where a float resolves only 1e-3: what counts is their distance from the
    /// largest. log(1 + 1/e) = 0.3132617, log softmax of (0, -1).
    @Test(arguments: instructionSets)
    func largeLogitsLoseNothing(isa: String) throws {
      try using(instructionSet: isa) {
        let tolerance = Tolerance(absolute: 1e-7, relative: 3e-7)
        let rest = log(1 + exp(-1.0))
        for base: Float in [10_000, -10_000, 0] {
          let row = Parameter("row", Tensor([base, base - 1, base - 3e4, -.infinity], [1, 4]))
          let twice = row.tracked.rows([0, 0])
          let both = twice.tokenLogProbs([0, 1], temperature: 1)
          expectClose(both, [-rest, -1 - rest], tolerance, "\(base) on \(isa)")
          try both.sum().backward()
          let p = 1 / (1 + exp(-1.0))
          expectClose(
            try #require(row.gradient), [1 - 2 * p, 2 * p - 1, 0, 0],
            Tolerance(absolute: 5e-7, relative: 0), "gradient at \(base) on \(isa)")
          let entropy = rest + (1 - p)
          expectClose(row.value.tokenEntropy(), [entropy], tolerance, "entropy on \(isa)")
          expectClose(
            row.value.logSoftmax(axis: -1), [-rest, -1 - rest, -3e4 - rest, -.infinity], tolerance,
            "log softmax at \(base) on \(isa)")
        }
        // At temperature 1/2 distances double: log softmax of (0, -2).
        let cold = Tensor([9_000, 8_999], [1, 2]).tokenLogProbs([0], temperature: 0.5)
        expectClose(cold, [-log(1 + exp(-2.0))], tolerance)
        // One token has all the mass: its log-probability is 0, the others' are their distances.
        let sure = Tensor([1e4, -1e4, 1e4, -1e4], [2, 2]).tokenLogProbs([0, 1], temperature: 1)
        #expect(sure.array == [0, -2e4])
      }
    }

    @Test(arguments: instructionSets)
    func entropyOfACertainTokenIsZero(isa: String) throws {
      try using(instructionSet: isa) {
        let p = Parameter("p", Tensor([0, -.infinity, -.infinity], [1, 3]))
        let entropy = p.tracked.tokenEntropy()
        #expect(entropy.array == [0])
        try entropy.sum().backward()
        #expect(p.gradient?.array == [0, 0, 0])
      }
    }

    @Test(arguments: instructionSets)
    func swigluIsSiluTimesUp(isa: String) {
      using(instructionSet: isa) {
        let gate = tensor([3, 33], seed: 1, in: -9...9)
        let up = tensor([3, 33], seed: 2)
        let reference = zip(Reference.doubles(gate), Reference.doubles(up)).map {
          $0 * Reference.sigmoid($0) * $1
        }
        expectClose(Tensor.swiglu(gate: gate, up: up), reference, .elementwise)
      }
    }
  }
}
