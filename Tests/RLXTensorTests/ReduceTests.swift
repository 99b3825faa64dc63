import Glibc
import RLXTensor
import Testing

extension EngineSuite {
  @Suite struct ReduceTests {
    static let shapes: [(Shape, Int)] = [
      ([1], 0), ([33], 0), ([3, 65], 1), ([65, 3], 0), ([4, 7, 5], 1), ([4, 7, 33], -2),
      ([2, 300, 3], 1), ([0, 3], 1), ([700, 17], 0),
    ]

    @Test(arguments: instructionSets)
    func reductionsOfAnAxisAgreeWithTheirReference(isa: String) {
      using(instructionSet: isa) {
        for (shape, axis) in Self.shapes {
          let x = tensor(shape, seed: shape.count)
          let lanes = Reference.lanes(x, axis: axis < 0 ? axis + shape.rank : axis)
          let note = "\(shape) axis \(axis) on \(isa)"
          let mean: ([Double]) -> Double = { $0.reduce(0, +) / Double($0.count) }
          // A sum of n terms of size 1 in float is off by up to n units of 6e-8; n ≤ 700.
          let tolerance = Tolerance(absolute: 5e-5, relative: 1e-5)
          expectClose(x.sum(axis: axis), lanes.map { $0.reduce(0, +) }, tolerance, note)
          expectClose(x.mean(axis: axis), lanes.map(mean), tolerance, note)
          expectClose(x.logSumExp(axis: axis), lanes.map(Reference.logSumExp), tolerance, note)
          expectClose(x.max(axis: axis), lanes.map { $0.max() ?? 0 }, .exact, note)
          expectClose(x.min(axis: axis), lanes.map { $0.min() ?? 0 }, .exact, note)
          expectClose(
            x.argmax(axis: axis),
            lanes.map { lane in Double(lane.firstIndex(of: lane.max() ?? 0) ?? 0) }, .exact, note)
          expectClose(
            x.variance(axis: axis, unbiased: false),
            lanes.map { lane in
              let middle = mean(lane)
              return mean(lane.map { ($0 - middle) * ($0 - middle) })
            },
            tolerance, note)
        }
      }
    }

    @Test(arguments: instructionSets)
    func softmaxAndCumsumKeepTheShape(isa: String) {
      using(instructionSet: isa) {
        for (shape, axis) in Self.shapes {
          let x = tensor(shape, seed: shape.count, in: -20...20)
          let own = axis < 0 ? axis + shape.rank : axis
          let lanes = Reference.lanes(x, axis: own)
          func check(_ y: Tensor, _ reference: ([Double]) -> [Double]) {
            #expect(y.shape == shape)
            let found = Reference.lanes(y, axis: own).flatMap { $0 }
            // Sums of up to 700 terms in float, log-probabilities down to -45.
            expectClose(
              Tensor(found.map(Float.init), [found.count]), lanes.flatMap(reference),
              Tolerance(absolute: 2e-4, relative: 1e-5), "\(shape) axis \(axis) on \(isa)")
          }
          check(x.softmax(axis: axis), Reference.softmax)
          check(x.logSoftmax(axis: axis)) { lane in lane.map { $0 - Reference.logSumExp(lane) } }
          check(x.cumsum(axis: axis)) { lane in
            var sum = 0.0
            return lane.map { value in
              sum += value
              return sum
            }
          }
        }
      }
    }

    @Test(arguments: instructionSets)
    func totalsOfAllElements(isa: String) {
      using(instructionSet: isa) {
        for count in [1, 3, 33, 5000, 70_001] {
          let x = tensor([count], seed: count)
          let sum = Reference.doubles(x).reduce(0, +)
          // Chunks of 4096 are summed in float, their sums in double.
          #expect(abs(Double(x.sum().item) - sum) < 1e-3)
          #expect(abs(Double(x.mean().item) - sum / Double(count)) < 1e-5)
          #expect(x.max().item == x.array.max())
          #expect(x.min().item == x.array.min())
        }
        #expect(Tensor.zeros([0]).sum().item == 0)
        #expect(Tensor.zeros([0]).mean().item.isNaN)
      }
    }

    @Test(arguments: instructionSets)
    func extremesOfNaNAreNaN(isa: String) {
      using(instructionSet: isa) {
        let x = Tensor([1, .nan, 3, 0, 1, 2], [2, 3])
        #expect(x.max(axis: 1).array[0].isNaN && x.max(axis: 1).array[1] == 2)
        #expect(x.min(axis: 1).array[0].isNaN && x.min(axis: 1).array[1] == 0)
        #expect(x.argmaxRows() == [1, 2])
        #expect(x.max().item.isNaN)
      }
    }

    @Test(arguments: instructionSets)
    func logSumExpOfInfinitiesIsTheInfinity(isa: String) {
      using(instructionSet: isa) {
        let x = Tensor([-.infinity, -.infinity, 0, .infinity, 0, -.infinity], [3, 2])
        #expect(x.logSumExp(axis: 1).array == [-.infinity, .infinity, 0])
        #expect(x.slice(axis: 0, from: 2, to: 3).softmax(axis: 1).array == [1, 0])
      }
    }
  }
}
