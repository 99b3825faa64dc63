import RLXTensor
import Testing

/// An operation to differentiate: the shapes of its inputs and the range of their values, which keeps
/// away from kinks and poles.
struct GradientCase: Sendable, CustomTestStringConvertible {
  let name: String
  let shapes: [Shape]
  var range: ClosedRange<Float> = -2...2
  let function: @Sendable ([Tensor]) -> Tensor

  var testDescription: String { name }
  var inputs: [Tensor] {
    shapes.enumerated().map { tensor($0.element, seed: $0.offset + 3, in: range) }
  }

  init(
    _ name: String, _ shapes: [Shape], in range: ClosedRange<Float> = -2...2,
    _ function: @escaping @Sendable ([Tensor]) -> Tensor
  ) {
    self.name = name
    self.shapes = shapes
    self.range = range
    self.function = function
  }
}

let unaryGradients: [GradientCase] = [
  GradientCase("exp", [[3, 7]]) { $0[0].exp() },
  GradientCase("log", [[33]], in: 0.5...3) { $0[0].log() },
  GradientCase("sqrt", [[7]], in: 0.5...3) { $0[0].sqrt() },
  GradientCase("rsqrt", [[7]], in: 0.5...3) { $0[0].rsqrt() },
  GradientCase("abs of positives", [[7]], in: 0.2...3) { $0[0].abs() },
  GradientCase("abs of negatives", [[7]], in: -3 ... -0.2) { $0[0].abs() },
  GradientCase("sigmoid", [[33]], in: -6...6) { $0[0].sigmoid() },
  GradientCase("logSigmoid", [[33]], in: -6...6) { $0[0].logSigmoid() },
  GradientCase("tanh", [[33]]) { $0[0].tanh() },
  GradientCase("relu above", [[5]], in: 0.2...3) { $0[0].relu() },
  GradientCase("relu below", [[5]], in: -3 ... -0.2) { $0[0].relu() },
  GradientCase("silu", [[65]], in: -6...6) { $0[0].silu() },
  GradientCase("gelu by tanh", [[33]], in: -3...3) { $0[0].gelu() },
  GradientCase("gelu by erf", [[33]], in: -3...3) { $0[0].gelu(approximate: false) },
  GradientCase("softplus", [[33]], in: -6...6) { $0[0].softplus() },
  GradientCase("square", [[3]]) { $0[0].square() },
  GradientCase("sign", [[5]], in: 0.2...3) { $0[0].sign() },
  GradientCase("floor", [[1]], in: 0.3...0.6) { $0[0].floor() },
  GradientCase("reciprocal", [[7]], in: 0.5...3) { $0[0].reciprocal() },
  GradientCase("clamp within", [[7]], in: -1...1) { $0[0].clamp(min: -1.5, max: 1.5) },
  GradientCase("clamp outside", [[7]], in: 2...3) { $0[0].clamp(min: -1.5, max: 1.5) },
  GradientCase("power 3", [[7]]) { $0[0].pow(3) },
  GradientCase("power 2.5", [[7]], in: 0.5...2) { $0[0].pow(2.5) },
  GradientCase("power 0", [[7]], in: 0.5...2) { $0[0].pow(0) },
  GradientCase("affine", [[7]]) { 3 - 2 * $0[0] },
  GradientCase("of a transpose", [[3, 7]]) { $0[0].transposed().exp() },
  GradientCase("of a slice", [[9, 5]]) { $0[0].slice(axis: 1, from: 1, to: 4).tanh() },
  GradientCase("of nothing", [[0, 3]]) { $0[0].exp() },
]

let binaryGradients: [GradientCase] = [
  GradientCase("add", [[3, 7], [3, 7]]) { $0[0] + $0[1] },
  GradientCase("add a row", [[3, 7], [7]]) { $0[0] + $0[1] },
  GradientCase("add outer", [[3, 1], [1, 7]]) { $0[0] + $0[1] },
  GradientCase("subtract a column", [[2, 3, 5], [3, 1]]) { $0[0] - $0[1] },
  GradientCase("multiply", [[33], [33]]) { $0[0] * $0[1] },
  GradientCase("multiply outer", [[5, 1, 2], [3, 1]]) { $0[0] * $0[1] },
  GradientCase("multiply by itself", [[5]]) { $0[0] * $0[0] },
  GradientCase("multiply views", [[3, 5], [5, 3]]) { $0[0].transposed() * $0[1] },
  GradientCase("divide", [[3, 5], [5]], in: 0.5...2) { $0[0] / $0[1] },
  GradientCase("divide a number", [[5]], in: 0.5...2) { 2 / $0[0] },
  GradientCase("divide by a number", [[5]]) { $0[0] / 3 },
  GradientCase("power", [[3, 5], [5]], in: 0.5...2) { $0[0].pow($0[1]) },
  GradientCase("minimum", [[4, 5], [4, 5]]) { .minimum($0[0], $0[1] + 0.11) },
  GradientCase("maximum", [[4, 5], [1, 5]]) { .maximum($0[0], $0[1] + 0.11) },
  GradientCase("select", [[4, 1], [4, 5]]) {
    .select(Tensor([1, 0, 1, 1, 0], [5]), $0[0], $0[1])
  },
]

let reduceGradients: [GradientCase] = [
  GradientCase("sum", [[3, 7]]) { $0[0].sum().exp() * 0.01 },
  GradientCase("sum of an axis", [[3, 4, 5]]) { $0[0].sum(axis: 1) },
  GradientCase("sum of the last, kept", [[3, 4, 5]]) { $0[0].sum(axis: -1, keep: true).square() },
  GradientCase("sum of nothing", [[3, 0]]) { $0[0].sum(axis: 1) },
  GradientCase("mean", [[3, 7]]) { $0[0].mean().exp() },
  GradientCase("mean of the first axis", [[3, 7]]) { $0[0].mean(axis: 0).square() },
  GradientCase("max", [[33]]) { ($0[0] * 3).max() },
  GradientCase("max of an axis", [[5, 3, 2]], in: -9...9) { $0[0].max(axis: 1) },
  GradientCase("min of the last", [[5, 3]], in: -9...9) { $0[0].min(axis: -1, keep: true) },
  GradientCase("variance", [[3, 7]]) { $0[0].variance(axis: 1) },
  GradientCase("biased variance", [[3, 7]]) { $0[0].variance(axis: 0, unbiased: false) },
  GradientCase("variance of all", [[3, 7]]) { $0[0].variance() },
  GradientCase("softmax", [[3, 33]]) { $0[0].softmax(axis: -1) * 5 },
  GradientCase("softmax of the first axis", [[7, 3]]) { $0[0].softmax(axis: 0) },
  GradientCase("logSoftmax", [[3, 17]]) { $0[0].logSoftmax(axis: 1) },
  GradientCase("logSumExp", [[3, 17]]) { $0[0].logSumExp(axis: -1) },
  GradientCase("logSumExp of the first axis", [[3, 4, 5]]) { $0[0].logSumExp(axis: 0) },
  GradientCase("logSumExp of the middle", [[3, 4, 5]]) { $0[0].logSumExp(axis: 1) },
  GradientCase("cumsum", [[3, 4, 5]]) { $0[0].cumsum(axis: 1).square() },
]

let shapeGradients: [GradientCase] = [
  GradientCase("reshape", [[3, 4]]) { $0[0].reshape([2, -1]).square() },
  GradientCase("permute", [[2, 3, 4]]) { $0[0].permuted([2, 0, 1]).square() },
  GradientCase("broadcast", [[3, 1]]) { $0[0].broadcast(to: [2, 3, 4]).square() },
  GradientCase("slices that overlap", [[7, 2]]) {
    $0[0].slice(axis: 0, from: 0, to: 5) * $0[0].slice(axis: 0, from: 2, to: 7)
  },
  GradientCase("a slice of a transpose", [[7, 2]]) {
    $0[0].transposed().slice(axis: 1, from: 2, to: 5).square()
  },
  GradientCase("concat", [[2, 3], [1, 3]]) { .concat([$0[0], $0[1], $0[0]], axis: 0).square() },
  GradientCase("concat of columns", [[2, 3], [2, 1]]) { .concat($0, axis: -1).square() },
  GradientCase("stack", [[3], [3]]) { .stack($0, axis: 1).square() },
  GradientCase("rows taken twice", [[4, 3]]) { $0[0].rows([2, 0, 2, 2]).square() },
  GradientCase("rows of a vector", [[4]]) { $0[0].rows([3, 3, 1]).square() },
  GradientCase("assign", [[4, 3], [3]]) { inputs in
    var x = inputs[0]
    #expect(throws: Never.self) {
      try x.assign(inputs[1], at: [.range(from: 1, to: 3)])
    }
    return x.square()
  },
  GradientCase("matmul", [[3, 5], [5, 4]]) { $0[0].matmul($0[1]) },
  GradientCase("matmul of views", [[5, 3], [4, 5]]) {
    $0[0].transposed().matmul($0[1].transposed())
  },
  GradientCase("matmul of vectors", [[5], [5]]) { $0[0].matmul($0[1]).square() },
  GradientCase("vector by matrix", [[5], [2, 5, 3]]) { $0[0].matmul($0[1]) },
  GradientCase("matrix by vector", [[2, 3, 5], [5]]) { $0[0].matmul($0[1]) },
  GradientCase("matmul over batches", [[2, 1, 3, 4], [3, 4, 2]]) { $0[0].matmul($0[1]) },
  GradientCase("matmul of a batch by a matrix", [[2, 3, 4], [4, 2]]) { $0[0].matmul($0[1]) },
  GradientCase("matmul of nothing", [[3, 0], [0, 2]]) { $0[0].matmul($0[1]) },
]

let fusedGradients: [GradientCase] = [
  GradientCase("linear", [[3, 5], [4, 5], [4]]) { $0[0].linear($0[1], bias: $0[2]) },
  GradientCase("linear over more axes", [[2, 3, 5], [4, 5]]) { $0[0].linear($0[1]) },
  GradientCase("rmsNorm", [[3, 17], [17]]) { $0[0].rmsNorm($0[1], eps: 1e-5) },
  GradientCase("layerNorm", [[3, 17], [17], [17]]) { $0[0].layerNorm($0[1], $0[2], eps: 1e-5) },
  GradientCase("embedding", [[6, 3]]) { Tensor.embedding($0[0], [5, 0, 5, 1]).square() },
  GradientCase("rope, partial", [[4, 12]]) {
    $0[0].rope([0, 3, 1, 2], heads: 2, table: ropeTable(4, 4))
  },
  GradientCase("rope", [[4, 12]]) { $0[0].rope([0, 3, 1, 2], heads: 3, table: ropeTable(4, 4)) },
  GradientCase("attention", [[7, 6], [7, 6], [7, 6]]) {
    .causalAttention(
      q: $0[0], k: $0[1], v: $0[2], offsets: [0, 3, 3, 7], heads: 2, kvHeads: 2, scale: 0.6)
  },
  GradientCase("attention of grouped queries", [[19, 8], [19, 4], [19, 4]], in: -1...1) {
    .causalAttention(
      q: $0[0], k: $0[1], v: $0[2], offsets: [0, 1, 19], heads: 4, kvHeads: 2, scale: 0.7)
  },
  GradientCase("attention of packed columns", [[19, 16]], in: -1...1) {
    .causalAttention(packed: $0[0], offsets: [0, 1, 19], heads: 4, kvHeads: 2, scale: 0.7)
  },
  GradientCase("checkpoint", [[3, 7], [7]]) { inputs in
    .checkpointed(inputs[0]) { ($0 * 0.7).tanh() * $0 } + inputs[1]
  },
  GradientCase("sum in an operand's memory", [[3, 7], [3, 7], [7]]) {
    $0[0] * $0[1] + ($0[1] * $0[0]).tanh() + $0[2]
  },
  GradientCase("swiglu", [[3, 7], [3, 7]]) { .swiglu(gate: $0[0], up: $0[1]) },
  GradientCase("tokenLogProbs", [[3, 17]]) { $0[0].tokenLogProbs([0, 16, 5], temperature: 0.7) },
  GradientCase("tokenEntropy", [[3, 17]]) { $0[0].tokenEntropy() },
]

/// Cosines and sines of position p and frequency 10000^(-2d/D), [P, D/2].
func ropeTable(_ positions: Int, _ D: Int) -> RopeTable {
  let angles = (0..<positions).flatMap { p in
    (0..<(D / 2)).map { Double(p) * Reference.power(10000, -2 * Double($0) / Double(D)) }
  }
  return RopeTable(
    cos: Tensor(angles.map { Float(Reference.cosine($0)) }, [positions, D / 2]),
    sin: Tensor(angles.map { Float(Reference.sine($0)) }, [positions, D / 2]))
}

extension EngineSuite {
  @Suite struct GradientTests {
    static let cases =
      unaryGradients + binaryGradients + reduceGradients + shapeGradients + fusedGradients

    @Test(arguments: cases, instructionSets)
    func agreesWithCentralDifferences(_ item: GradientCase, isa: String) throws {
      try using(instructionSet: isa) {
        try checkGradient(item.inputs, "\(item.name) on \(isa)", item.function)
      }
    }

    @Test func everyOperationOfTheTapeIsDifferentiatedHere() {
      var met: Set<String> = []
      for item in Self.cases {
        let parameters = item.inputs.map { Parameter("x", $0) }
        met.formUnion(item.function(parameters.map(\.tracked)).recordedOperations)
      }
      #expect(Set(Tensor.allOperations).subtracting(met) == [])
    }
  }
}
