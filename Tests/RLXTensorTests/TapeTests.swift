import RLXTensor
import Testing

extension EngineSuite {
  @Suite struct TapeTests {
    @Test func backwardNeedsOneNumber() {
      let p = Parameter("p", .ones([3]))
      #expect(throws: GradientError.notScalar([3])) { try (p.tracked * 2).backward() }
    }

    @Test func backwardNeedsSomethingTracked() {
      #expect(throws: GradientError.untracked) { try Tensor.scalar(1).backward() }
      let p = Parameter("p", .scalar(1))
      #expect(throws: GradientError.untracked) { try (p.tracked * 2).detached().backward() }
      #expect(throws: GradientError.untracked) { try (p.value * 2).backward() }
    }

    @Test func aSecondBackwardIsAnErrorAndAddsNothing() throws {
      let p = Parameter("p", .scalar(3))
      let loss = p.tracked.square()
      try loss.backward()
      #expect(throws: GradientError.released) { try loss.backward() }
      #expect(throws: GradientError.released) { try (loss + p.tracked).backward() }
      #expect(p.gradient?.item == 6)
    }

    @Test func branchesThatWereNotReachedStay() throws {
      let p = Parameter("p", .scalar(3))
      let q = Parameter("q", .scalar(5))
      let left = p.tracked.square()
      let right = q.tracked.square()
      _ = left + right
      try left.backward()
      try right.backward()
      #expect(p.gradient?.item == 6 && q.gradient?.item == 10)
    }

    @Test func gradientsAddUpOverCalls() throws {
      let p = Parameter("p", Tensor([1, 2], [2]))
      for _ in 0..<3 { try p.tracked.square().sum().backward() }
      #expect(p.gradient?.array == [6, 12])
      try p.tracked.slice(axis: 0, from: 0, to: 1).sum().backward()
      #expect(p.gradient?.array == [7, 12])
    }

    @Test func aLeafIsItsOwnGradient() throws {
      let p = Parameter("p", .scalar(4))
      #expect(p.tracked.parameter === p)
      try p.tracked.backward()
      #expect(p.gradient?.item == 1)
    }

    @Test func separatePassesJoin() throws {
      let p = Parameter("p", Tensor([1, 2, 3], [3]))
      let passes = (1...9).map { (p.tracked * Float($0)).exp() }
      let pairs = stride(from: 0, to: 8, by: 2).map { passes[$0] - passes[$0 + 1] }
      let loss = (pairs.reduce(passes[8]) { $1 * 0.5 + $0 }).sum()
      try loss.backward()
      let expected = [1.0, 2, 3].map { x -> Double in
        (1...9).reduce(0) { sum, n in
          let sign: Double = n == 9 ? 1 : n % 2 == 1 ? 0.5 : -0.5
          return sum + sign * Double(n) * Reference.power(2.718281828459045, Double(n) * x)
        }
      }
      expectClose(p.gradient ?? .zeros([3]), expected, .exponential)
    }

    @Test func frozenParametersRecordNothing() throws {
      let frozen = Parameter("frozen", .ones([2, 2]))
      frozen.isFrozen = true
      let live = Parameter("live", .ones([2]))
      #expect(!frozen.tracked.matmul(.ones([2])).tracksGradient)
      try frozen.tracked.matmul(live.tracked).sum().backward()
      #expect(frozen.gradient == nil)
      #expect(live.gradient?.array == [2, 2])
    }

    @Test func deepGraphsNeedNoStack() throws {
      let p = Parameter("p", .scalar(1))
      var x = p.tracked
      for _ in 0..<200_000 { x = x + 0.5 }
      try x.backward()
      #expect(p.gradient?.item == 1)
    }

    @Test func aLongChainOfJoinedTapesNeedsNoStack() throws {
      let p = Parameter("p", .scalar(1))
      var parts = (0..<20_000).map { _ in p.tracked * 2 }
      while parts.count > 1 { parts.append(parts.removeLast() + parts.removeLast()) }
      try parts[0].backward()
      #expect(p.gradient?.item == 40_000)
    }

    @Test func assigningAParameterCutsTheTape() {
      let p = Parameter("p", .ones([2]))
      p.value = p.tracked * 2
      #expect(!p.value.tracksGradient && p.value.array == [2, 2])
    }
  }

  /// Each in a process of its own: the memory of the engine is one for all, and other suites run beside.
  @Suite struct StorageTests {
    @Test func memoryIsReusedAndDoesNotGrow() async {
      await #expect(processExitsWith: .success) {
        let p = Parameter("p", tensor([64, 64]))
        let x = tensor([300, 64], seed: 2)
        func step() throws {
          try x.linear(p.tracked).tanh().linear(p.tracked).square().mean().backward()
          p.gradient = nil
        }
        try step()
        Engine.releaseFreeMemory()
        let before = Engine.liveBytes
        for _ in 0..<3 { try step() }
        let peak = Engine.peakBytes
        for _ in 0..<20 { try step() }
        #expect(Engine.liveBytes == before)
        #expect(Engine.peakBytes == peak)
      }
    }

    @Test func copiesShareUntilWritten() async {
      await #expect(processExitsWith: .success) {
        let x = tensor([100_000])
        let live = Engine.liveBytes
        var y = x
        #expect(Engine.liveBytes == live)
        try y.assign(.scalar(0), at: [.index(0)])
        #expect(Engine.liveBytes > live)
        #expect(x.array[0] != 0)
      }
    }
  }
}
