import RLXModels
import RLXTensor
import Testing

@Suite(.serialized) struct ValueHeadTests {
  static let draw = Draw(seed: 4, call: 2, purpose: .initial)

  @Test func givesOneNumberARow() throws {
    // Three products of small numbers: exact in float32.
    let head = ValueHead(weight: Tensor([1, -2, 0.5], [1, 3]), bias: Tensor([0.25], [1]))
    let hidden = Tensor([1, 2, 3, 0, 0, 0, 4, 1, 2], [3, 3])
    let values = head(hidden, recording: true)
    #expect(values.shape == [3])
    #expect(values.array == [-1.25, 0.25, 3.25])
    try values.sum().backward()
    #expect(head.weight.gradient?.array == [5, 3, 5])
    #expect(head.bias.gradient?.array == [3])
    #expect(!head(hidden, recording: false).tracksGradient)
    #expect(head(Tensor([], [0, 3]), recording: false).shape == [0])
  }

  @Test func freshWeightsHaveTheirDistribution() {
    let C = 4096
    let linear = ValueHead(width: C, kind: .torchLinear, draw: Self.draw)
    let bound = 1 / Float(C).squareRoot()
    let weights = linear.weight.value.array
    #expect(linear.weight.value.shape == [1, C] && linear.bias.value.shape == [1])
    #expect(weights.allSatisfy { abs($0) <= bound } && abs(linear.bias.value.item) <= bound)
    // Standard deviation of U(-b, b) is b / √3; of 4,096 draws it is off by 1 % at most (4 sigma).
    let deviation = (weights.reduce(0) { $0 + $1 * $1 } / Float(C)).squareRoot()
    #expect(abs(deviation * Float(3).squareRoot() / bound - 1) < 0.05)
    let normal = ValueHead(width: C, kind: .normal(0.5), draw: Self.draw)
    let spread = (normal.weight.value.array.reduce(0) { $0 + $1 * $1 } / Float(C)).squareRoot()
    #expect(abs(spread / 0.5 - 1) < 0.05)
    #expect(normal.bias.value.item == 0)
  }

  @Test func aCopyIsItsOwn() {
    let head = ValueHead(width: 3, kind: .torchLinear, draw: Self.draw)
    let copy = head.copy()
    head.weight.value = .zeros([1, 3])
    #expect(copy.weight.value.array != [0, 0, 0])
  }
}
