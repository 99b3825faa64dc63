import RLXTensor
import Testing

/// All suites of the engine, one test at a time: the number of threads is a setting of the whole
/// engine, and a team of threads per test would fight for the cores.
@Suite(.serialized) enum EngineSuite {}

/// Instruction sets this machine has, narrowest first.
let instructionSets: [String] = {
  let before = Engine.instructionSet
  defer { _ = Engine.use(instructionSet: before) }
  return ["baseline", "avx2", "avx512"].filter { Engine.use(instructionSet: $0) }
}()

func using<R>(instructionSet name: String, _ body: () throws -> R) rethrows -> R {
  let before = Engine.instructionSet
  defer { _ = Engine.use(instructionSet: before) }
  #expect(Engine.use(instructionSet: name))
  return try body()
}

func using<R>(threads: Int, _ body: () throws -> R) rethrows -> R {
  let before = Engine.threads
  defer { Engine.threads = before }
  Engine.threads = threads
  return try body()
}

/// Deterministic values spread over a range: a plain xorshift, not the generator under test.
func values(_ count: Int, seed: Int = 1, in range: ClosedRange<Float> = -2...2) -> [Float] {
  var state = UInt64(bitPattern: Int64(seed &* 7919 &+ 12345)) | 1
  return (0..<count).map { _ in
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    let unit = Float(state >> 40) / Float(1 << 24)
    return range.lowerBound + (range.upperBound - range.lowerBound) * unit
  }
}

func tensor(_ shape: Shape, seed: Int = 1, in range: ClosedRange<Float> = -2...2) -> Tensor {
  Tensor(values(shape.count, seed: seed, in: range), shape)
}

/// How far a result may be from its reference: |difference| ≤ absolute + relative · |reference|.
struct Tolerance {
  let absolute: Double
  let relative: Double

  /// A function of one value: a few units in the last place of a float (6e-8 each).
  static let elementwise = Tolerance(absolute: 1e-37, relative: 4e-7)
  /// Functions through exp of an argument up to 40, whose half unit in the last place grows by that.
  static let exponential = Tolerance(absolute: 1e-37, relative: 4e-6)
  /// Sums of up to a hundred terms near 1 in float.
  static let sum = Tolerance(absolute: 1e-5, relative: 1e-5)
  /// Central differences of fourth order, step 1/32: h⁴ = 1e-6 times a fifth derivative, plus the
  /// rounding of a float forward pass (1e-7) divided by the step.
  static let differences = Tolerance(absolute: 2e-4, relative: 5e-4)
  static let exact = Tolerance(absolute: 0, relative: 0)

  func allows(_ value: Double, _ reference: Double) -> Bool {
    if reference.isNaN { return value.isNaN }
    if value == reference { return true }
    return abs(value - reference) <= absolute + relative * abs(reference)
  }
}

func expectClose(
  _ result: Tensor, _ reference: [Double], _ tolerance: Tolerance, _ note: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let found = result.array
  #expect(found.count == reference.count, "\(note)", sourceLocation: sourceLocation)
  for (index, pair) in zip(found, reference).enumerated()
  where !tolerance.allows(Double(pair.0), pair.1) {
    Issue.record(
      "\(note) [\(index)]: got \(pair.0), reference \(pair.1)", sourceLocation: sourceLocation)
    return
  }
}

/// Compares the gradients of Σ w f(inputs), for fixed weights w, with central differences.
func checkGradient(
  _ inputs: [Tensor], tolerance: Tolerance = .differences, _ note: String = "",
  sourceLocation: SourceLocation = #_sourceLocation, _ function: ([Tensor]) -> Tensor
) throws {
  let weights = values(function(inputs).count, seed: 99, in: 0.5...1.5)
  func loss(_ inputs: [Tensor]) -> Double {
    zip(function(inputs).array, weights).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }
  let parameters = inputs.enumerated().map { Parameter("input\($0.offset)", $0.element) }
  let result = function(parameters.map(\.tracked))
  try (result * Tensor(weights, result.shape)).sum().backward()
  let h: Float = 1 / 32
  for (place, input) in inputs.enumerated() {
    let original = input.array
    let numeric = original.indices.map { index -> Double in
      func moved(by step: Float) -> Double {
        var changed = original
        changed[index] += step
        var all = inputs
        all[place] = Tensor(changed, input.shape)
        return loss(all)
      }
      let near = moved(by: h) - moved(by: -h)
      let far = moved(by: 2 * h) - moved(by: -2 * h)
      return (8 * near - far) / (12 * Double(h))
    }
    let gradient = parameters[place].gradient ?? .zeros(input.shape)
    #expect(gradient.shape == input.shape, "\(note)", sourceLocation: sourceLocation)
    expectClose(
      gradient, numeric, tolerance, "\(note) d/d input \(place)", sourceLocation: sourceLocation)
  }
}
