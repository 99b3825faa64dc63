import RLXTensor
import Testing

extension EngineSuite {
  @Suite struct ShapeTests {
    @Test func rulesSayWhatWasGivenAndWanted() {
      func message(_ rule: () throws -> Shape) -> String {
        do {
          return "\(try rule())"
        } catch {
          return "\(error)"
        }
      }
      #expect(
        message { try .matmul([2], [3]) }
          == "matmul: inner sizes 2 and 3 differ; shapes are [2] and [3]")
      #expect(
        message { try .broadcast([2, 3], [4], op: "+") }
          == "+: shapes [2, 3] and [4] do not broadcast: sizes 3 and 4 differ; "
          + "sizes must be equal or 1, counted from the last axis")
      #expect(
        message { try Shape([2, 3]).reshape([4, -1]) }
          == "reshape: [2, 3] has 6 elements, which do not fill [4, -1]")
      #expect(
        message { try Shape([2, 3]).reshape([-1, -1]) }
          == "reshape: only one size can be -1, got [-1, -1]")
      #expect(
        message { try .concat([[2, 3], [2, 4]], axis: 0) }
          == "concat: [2, 3] and [2, 4] differ outside axis 0")
      #expect(
        message { try Shape.checked([1 << 30, 1 << 30]) }
          == "shape: [1073741824, 1073741824] has too many elements")
      #expect(message { try Shape.checked([2, -1]) } == "shape: size -1 is negative")
      #expect(message { try Shape([3]).rows([3]) } == "rows: row 3 is outside 0..<3")
      #expect(throws: ShapeError.self) { try Shape([2]).axis(1) }
      #expect(throws: ShapeError.self) { try Shape([2, 0]).filledAxis(1, op: "max") }
      #expect(throws: ShapeError.self) { try Shape([2, 3]).permutation([0, 0]) }
      #expect(throws: ShapeError.self) { try Shape([]).axis(0) }
      #expect(throws: ShapeError.self) { try Shape([2]).unsqueezed(3) }
      #expect(
        message { try Shape([2, 3]).squeezed(1) } == "squeeze: axis 1 of [2, 3] has size 3, not 1")
      #expect(throws: ShapeError.self) {
        try Shape([Int](repeating: 1, count: Shape.maximumRank)).unsqueezed(0)
      }
    }

    @Test(arguments: [
      ([2, 3], [3, 4], [2, 4]), ([3], [3, 4], [4]), ([2, 3], [3], [2]), ([3], [3], []),
      ([5, 1, 2, 3], [7, 3, 4], [5, 7, 2, 4]), ([0, 3], [3, 2], [0, 2]),
    ])
    func productsHavePyTorchShapes(_ a: [Int], _ b: [Int], _ c: [Int]) throws {
      #expect(try Shape.matmul(Shape(a), Shape(b)) == Shape(c))
    }

    @Test func ourOwnMistakesTrap() async {
      await #expect(processExitsWith: .failure) { _ = Tensor.ones([2]).matmul(.ones([3])) }
      await #expect(processExitsWith: .failure) { _ = Tensor.ones([2]) + .ones([3]) }
      await #expect(processExitsWith: .failure) { _ = Tensor.embedding(.ones([2, 2]), [2]) }
      await #expect(processExitsWith: .failure) { _ = Tensor([1], [2]) }
    }

    @Test func viewsReadWhatTheyName() {
      let x = Tensor.arange(24).reshape([2, 3, 4])
      #expect(x.permuted([2, 0, 1]).shape == [4, 2, 3])
      #expect(x.permuted([2, 0, 1]).array[1] == 4)
      #expect(x.transposed().slice(axis: 1, from: 1, to: 2).array == [1, 5, 9, 13, 17, 21])
      #expect(x.slice(axis: -1, from: -5, to: 99).shape == x.shape)
      #expect(x.slice(axis: 0, from: 2, to: 1).count == 0)
      #expect(x.reshape([4, -1]).shape == [4, 6])
      #expect(x.transposed().reshape([24]).array[1] == 4)
      #expect(
        Tensor([1, 2], [2, 1]).broadcast(to: [3, 2, 2]).array == [
          1, 1, 2, 2, 1, 1, 2, 2, 1, 1, 2, 2,
        ])
      #expect(x.unsqueezed(axis: 1).shape == [2, 1, 3, 4])
      #expect(x.unsqueezed(axis: -1).squeezed(axis: -1).shape == x.shape)
      #expect(Tensor.concat([x, x], axis: 1).shape == [2, 6, 4])
      #expect(Tensor.stack([.arange(2), .arange(2)], axis: 1).array == [0, 0, 1, 1])
      #expect(x.rows([1, 0, 1]).array[12] == 0)
      #expect(x.rows([1, 0, 1]).array[0] == 12)
    }

    @Test func subscriptsSelect() throws {
      let x = Tensor.arange(24).reshape([2, 3, 4])
      #expect(try x.sliced([.index(1), .index(-1), .index(0)]).item == 20)
      #expect(try x.sliced([.ellipsis, .range(from: 1, to: 3)]).shape == [2, 3, 2])
      #expect(try x.sliced([.range(from: nil, to: -1), .index(0)]).array == [0, 1, 2, 3])
      #expect(try x.sliced([.ellipsis]).array == x.array)
      #expect(try x.sliced([.range(from: 5, to: 9)]).shape == [0, 3, 4])
      #expect(throws: ShapeError.self) { try x.sliced([.index(2)]) }
      #expect(throws: ShapeError.self) { try x.sliced([.ellipsis, .ellipsis]) }
      #expect(throws: ShapeError.self) {
        try x.sliced([.index(0), .index(0), .index(0), .index(0)])
      }
    }

    @Test func assigningChangesOneCopyOnly() throws {
      let x = Tensor.arange(6).reshape([2, 3])
      var y = x
      try y.assign(.scalar(9), at: [.index(0), .range(from: 1, to: nil)])
      #expect(y.array == [0, 9, 9, 3, 4, 5])
      #expect(x.array == [0, 1, 2, 3, 4, 5])
      try y.assign(try y.sliced([.index(1)]), at: [.index(0)])
      #expect(y.array == [3, 4, 5, 3, 4, 5])
      #expect(throws: ShapeError.self) { try y.assign(.zeros([2]), at: [.index(0)]) }
      var z = x.transposed()
      try z.assign(.scalar(7), at: [.index(0), .index(1)])
      #expect(z.array == [0, 7, 1, 4, 2, 5])
    }

    @Test func assigningLeavesWhatATapeHolds() throws {
      let p = Parameter("p", Tensor([2, 3], [2]))
      var x = p.tracked * 1
      let y = (x * x).sum()
      try x.assign(.scalar(100), at: [.index(0)])
      try y.backward()
      #expect(p.gradient?.array == [4, 6])
    }
  }
}
