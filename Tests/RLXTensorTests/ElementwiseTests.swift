import Glibc
import RLXTensor
import Testing

/// A function of one value and its reference in double.
struct UnaryCase: Sendable, CustomTestStringConvertible {
  let name: String
  let range: ClosedRange<Float>
  let tolerance: Tolerance
  let function: @Sendable (Tensor) -> Tensor
  let reference: @Sendable (Double) -> Double

  var testDescription: String { name }
}

private let c = (2 / Double.pi).squareRoot()

/// Statement by statement: as one literal the compiler gives up on its types.
let unaryCases: [UnaryCase] = {
  var cases: [UnaryCase] = []
  func one(
    _ name: String, in range: ClosedRange<Float> = -40...40,
    within tolerance: Tolerance = .elementwise,
    _ function: @escaping @Sendable (Tensor) -> Tensor,
    _ reference: @escaping @Sendable (Double) -> Double
  ) -> [UnaryCase] {
    [
      UnaryCase(
        name: name, range: range, tolerance: tolerance, function: function, reference: reference)
    ]
  }
  cases += one("exp", in: -87...88, { $0.exp() }, { exp($0) })
  cases += one("log", in: 0...5, { $0.log() }, { log($0) })
  cases += one("log of large", in: 1...1e30, { $0.log() }, { log($0) })
  cases += one("sqrt", { $0.sqrt() }, { sqrt($0) })
  cases += one("rsqrt", { $0.rsqrt() }, { 1 / sqrt($0) })
  cases += one("abs", { $0.abs() }, { abs($0) })
  cases += one("sigmoid", { $0.sigmoid() }, { Reference.sigmoid($0) })
  cases += one("logSigmoid", { $0.logSigmoid() }, { -Reference.softplus(-$0) })
  cases += one("tanh", in: -9...9, { $0.tanh() }, { tanh($0) })
  cases += one("tanh near 0", in: -0.7...0.7, { $0.tanh() }, { tanh($0) })
  cases += one("relu", { $0.relu() }, { max($0, 0) })
  cases += one("silu", { $0.silu() }, { $0 * Reference.sigmoid($0) })
  cases += one(
    "gelu by tanh", in: -5...9, within: .exponential, { $0.gelu() },
    { $0 * Reference.sigmoid(2 * c * ($0 + 0.044715 * $0 * $0 * $0)) })
  cases += one(
    "gelu by erf", in: -5...9, within: .exponential, { $0.gelu(approximate: false) },
    { $0 * 0.5 * erfc(-$0 / 2.0.squareRoot()) })
  cases += one("softplus", { $0.softplus() }, { Reference.softplus($0) })
  cases += one("square", { $0.square() }, { $0 * $0 })
  cases += one("sign", within: .exact, { $0.sign() }, { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 })
  cases += one("floor", within: .exact, { $0.floor() }, { floor($0) })
  cases += one("reciprocal", { $0.reciprocal() }, { 1 / $0 })
  cases += one(
    "clamp", within: .exact, { $0.clamp(min: -3, max: 5) }, { $0.isNaN ? $0 : min(max($0, -3), 5) })
  cases += one("clamp above", within: .exact, { $0.clamp(max: 5) }, { $0.isNaN ? $0 : min($0, 5) })
  cases += one("power 3", { $0.pow(3) }, { $0 * $0 * $0 })
  cases += one("power 1.5", in: 0...9, { $0.pow(1.5) }, { pow($0, 1.5) })
  cases += one("plus", { $0 + 1.5 }, { $0 + 1.5 })
  cases += one("minus", { 1.5 - $0 }, { 1.5 - $0 })
  cases += one("times", { 1.5 * $0 }, { $0 * 1.5 })
  cases += one("over", { $0 / 3 }, { $0 / 3 })
  cases += one("under", { 3 / $0 }, { 3 / $0 })
  cases += one("negated", within: .exact, { -$0 }, { -$0 })
  return cases
}()

struct BinaryCase: Sendable, CustomTestStringConvertible {
  let name: String
  let function: @Sendable (Tensor, Tensor) -> Tensor
  let reference: @Sendable (Double, Double) -> Double
  var testDescription: String { name }

  init(
    _ name: String, _ function: @escaping @Sendable (Tensor, Tensor) -> Tensor,
    _ reference: @escaping @Sendable (Double, Double) -> Double
  ) {
    self.name = name
    self.function = function
    self.reference = reference
  }
}

let binaryCases: [BinaryCase] = [
  BinaryCase("+", { $0 + $1 }, { $0 + $1 }),
  BinaryCase("-", { $0 - $1 }, { $0 - $1 }),
  BinaryCase("*", { $0 * $1 }, { $0 * $1 }),
  BinaryCase("/", { $0 / $1 }, { $0 / $1 }),
  BinaryCase("pow", { $0.abs().pow($1) }, { pow(abs($0), $1) }),
  BinaryCase("minimum", { $0.minimum($1) }, { min($0, $1) }),
  BinaryCase("maximum", { $0.maximum($1) }, { max($0, $1) }),
  BinaryCase("eq", { $0.eq($1) }, { $0 == $1 ? 1 : 0 }),
  BinaryCase("ne", { $0.ne($1) }, { $0 != $1 ? 1 : 0 }),
  BinaryCase("lt", { $0.lt($1) }, { $0 < $1 ? 1 : 0 }),
  BinaryCase("le", { $0.le($1) }, { $0 <= $1 ? 1 : 0 }),
  BinaryCase("gt", { $0.gt($1) }, { $0 > $1 ? 1 : 0 }),
  BinaryCase("ge", { $0.ge($1) }, { $0 >= $1 ? 1 : 0 }),
  BinaryCase(
    "select", { .select(($0 * 2).floor(), $0, $1) }, { floor($0 * 2) != 0 ? $0 : $1 }),
]

extension EngineSuite {
  @Suite struct ElementwiseTests {
    @Test(arguments: unaryCases, instructionSets)
    func functionsOfOneValueAgreeWithTheirReference(_ item: UnaryCase, isa: String) {
      using(instructionSet: isa) {
        for count in [0, 1, 3, 7, 16, 33, 65, 5000] {
          let x = values(count, seed: count, in: item.range)
          expectClose(
            item.function(Tensor(x, [count])), x.map { item.reference(Double($0)) },
            item.tolerance, "\(item.name) of \(count) on \(isa)")
        }
      }
    }

    /// As IEEE 754 and PyTorch have it: the sign of a zero tells from which side it was reached.
    @Test(arguments: instructionSets)
    func zerosKeepTheirSign(isa: String) {
      using(instructionSet: isa) {
        let zeros = Tensor([0, -0.0], [2])
        func signs(_ tensor: Tensor) -> [FloatingPointSign] { tensor.array.map(\.sign) }
        #expect(signs(-zeros) == [.minus, .plus])
        #expect(signs(zeros * -1) == [.minus, .plus])
        #expect(signs(3 * zeros) == [.plus, .minus])
        #expect(signs(zeros * Tensor([-0.0, 0], [2])) == [.minus, .minus])
        #expect(signs(zeros - 0) == [.plus, .minus])
        #expect(signs(0 - zeros) == [.plus, .plus])
        #expect(signs(zeros + -0.0) == [.plus, .minus])
        #expect((1 / -zeros).array == [-.infinity, .infinity])
      }
    }

    @Test(arguments: instructionSets)
    func infinitiesZerosAndNaNFollowIEEE(isa: String) {
      using(instructionSet: isa) {
        let x: [Float] = [.infinity, -.infinity, .nan, 0, -0.0, 89, -104, 0x1p-140]
        let t = Tensor(x, [8])
        let cases: [(String, Tensor, (Double) -> Double)] = [
          ("log", t.log(), { log($0) }),
          ("sqrt", t.sqrt(), { sqrt($0) }),
          ("abs", t.abs(), { abs($0) }),
          ("sigmoid", t.sigmoid(), { Reference.sigmoid($0) }),
          ("tanh", t.tanh(), { tanh($0) }),
          ("relu", t.relu(), { $0.isNaN ? $0 : max($0, 0) }),
          ("softplus", t.softplus(), { $0.isNaN ? $0 : Reference.softplus($0) }),
          ("sign", t.sign(), { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 }),
          ("exp", t.exp(), { exp($0) > 3.5e38 ? .infinity : exp($0) }),
        ]
        for (name, result, reference) in cases {
          // Subnormal results keep fewer bits: one of their units is 1.4e-45.
          let tolerance = Tolerance(absolute: 3e-45, relative: 4e-7)
          expectClose(result, x.map { reference(Double($0)) }, tolerance, "\(name) on \(isa)")
        }
      }
    }

    @Test(arguments: binaryCases, instructionSets)
    func functionsOfTwoValuesBroadcast(_ item: BinaryCase, isa: String) {
      let shapes: [(Shape, Shape, Shape)] = [
        ([0], [0], [0]), ([1], [1], [1]), ([33], [33], [33]), ([], [7], [7]),
        ([7, 65], [65], [7, 65]),
        ([7, 1], [7, 65], [7, 65]), ([3, 1, 5], [4, 1], [3, 4, 5]), ([2, 0], [1, 1], [2, 0]),
        ([300, 3], [300, 3], [300, 3]), ([1, 300], [3, 1], [3, 300]),
      ]
      using(instructionSet: isa) {
        for (a, b, result) in shapes {
          let x = tensor(a, seed: 5)
          let y = tensor(b, seed: 6)
          let z = item.function(x, y)
          #expect(z.shape == result)
          expectClose(
            z, Reference.broadcast(x, y, to: result, item.reference), .elementwise,
            "\(item.name) \(a) \(b) on \(isa)")
        }
      }
    }

    @Test(arguments: binaryCases, instructionSets)
    func functionsOfTwoValuesTakeViews(_ item: BinaryCase, isa: String) {
      using(instructionSet: isa) {
        let x = tensor([9, 33], seed: 5).transposed().slice(axis: 0, from: 2, to: 31)
        let y = tensor([29, 20], seed: 6).slice(axis: 1, from: 3, to: 12)
        expectClose(
          item.function(x, y), Reference.broadcast(x, y, to: [29, 9], item.reference),
          .elementwise, "\(item.name) on \(isa)")
        let z = tensor([9], seed: 7).broadcast(to: [29, 9])
        expectClose(
          item.function(z, x), Reference.broadcast(z, x, to: [29, 9], item.reference),
          .elementwise, "\(item.name) on \(isa)")
      }
    }

    /// A sum may take the memory of an operand that nobody else holds; one that somebody holds stays.
    @Test func sumsLeaveOperandsThatAreHeld() {
      let (x, y) = (tensor([9, 33], seed: 1), tensor([9, 33], seed: 2))
      let row = tensor([33], seed: 3)
      let (xs, ys, rows) = (x.array, y.array, row.array)
      let sum = x + y
      let more = sum + row
      let product = x * y + row
      #expect(x.array == xs && y.array == ys && row.array == rows)
      #expect(sum.array == zip(xs, ys).map { $0 + $1 })
      #expect(more.array == sum.array.enumerated().map { $0.element + rows[$0.offset % 33] })
      #expect(
        product.array == (x * y).array.enumerated().map { $0.element + rows[$0.offset % 33] })
      let part = x.slice(axis: 0, from: 1, to: 3) + x.slice(axis: 0, from: 2, to: 4)
      #expect(x.array == xs && part.array[0] == xs[33] + xs[66])
    }

    @Test(arguments: instructionSets)
    func equalValuesShareTheGradientOfAnExtreme(isa: String) throws {
      try using(instructionSet: isa) {
        let x = Parameter("x", Tensor([1, 2], [2]))
        try Tensor.maximum(x.tracked, Tensor([1, 1], [2])).sum().backward()
        #expect(x.gradient?.array == [0.5, 1])
      }
    }

    @Test(arguments: instructionSets)
    func powersOfZeroHaveFiniteGradients(isa: String) throws {
      try using(instructionSet: isa) {
        let base = Parameter("base", Tensor([0, 0], [2]))
        let exponent = Parameter("exponent", Tensor([2, 0], [2]))
        try base.tracked.pow(exponent.tracked).sum().backward()
        #expect(base.gradient?.array == [0, 0])
        #expect(exponent.gradient?.array == [0, 0])
      }
    }
  }
}
