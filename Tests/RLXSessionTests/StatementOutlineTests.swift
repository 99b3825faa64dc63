import RLXSession
import RLXTensor
import RLXTestSupport
import Testing

/// Comparing statements whose floats were computed elsewhere.
@Suite struct StatementOutlineTests {
  /// An outline of a text, some numbers and a tensor.
  private func outline(
    of tensor: [Float], _ text: String = "loss", _ numbers: [Double] = [0.5, 1e9, -3e-5]
  ) throws -> StatementOutline {
    var builder = DigestBuilder("test", isOutlined: true)
    builder.text(text)
    builder.count(3)
    for number in numbers { builder.number(number) }
    builder.floats(tensor)
    return try #require(builder.finishOutlined().outline)
  }

  /// Weights as a network has them, seeded.
  private func weights(_ count: Int) -> [Float] {
    let draw = Draw(seed: 5, call: 0, count: 0, purpose: .sample)
    return (0..<count).map { Float(draw.below(20_001, row: 0, position: $0)) / 10_000 - 1 }
  }

  @Test(arguments: [1, 7, 50_000])
  func whatDiffersByLessIsNearAndWhatDiffersByMoreIsNot(count: Int) throws {
    let tensor = weights(count)
    let record = try outline(of: tensor)
    // Up and down by turns, and all to one side.
    for sign in [[1, -1], [1, 1]] as [[Float]] {
      let moved = { (part: Float) in
        tensor.enumerated().map { $1 * (1 + part * sign[$0 % 2]) }
      }
      let near = try outline(of: moved(1e-5))
      #expect(record.difference(near, tolerance: 1e-4) == nil)
      let far = try outline(of: moved(1e-2))
      #expect(record.difference(far, tolerance: 1e-4)?.contains("tensor 1 of 1") == true)
    }
  }

  @Test func numbersAreRelativeToThemselvesHoweverLargeTheOthersAre() throws {
    let tensor = weights(3)
    let record = try outline(of: tensor)
    let near = try outline(of: tensor, "loss", [0.500001, 1.000001e9, -3.00001e-5])
    #expect(record.difference(near, tolerance: 1e-4) == nil)
    let far = try outline(of: tensor, "loss", [0.51, 1e9, -3e-5])
    #expect(record.difference(far, tolerance: 1e-4)?.contains("numbers") == true)
    let noise = try outline(of: tensor, "loss", [0.5, 1e9, 2e-8])
    #expect(record.difference(noise, tolerance: 1e-1) == nil)
    let missing = try outline(of: tensor, "loss", [.nan, 1e9, -3e-5])
    #expect(record.difference(missing, tolerance: 0.5) != nil)
  }

  @Test func floatsWrittenInTextsAreNumbersAndTheRestIsExact() throws {
    let tensor = weights(3)
    let record = try outline(of: tensor, "loss 0.12345678 after 3 steps, 1.5e-07")
    let near = try outline(of: tensor, "loss 0.12345679 after 3 steps, 1.6e-07")
    #expect(record.difference(near, tolerance: 1e-4) == nil)
    let far = try outline(of: tensor, "loss 0.22345678 after 3 steps, 1.5e-07")
    #expect(record.difference(far, tolerance: 1e-4) != nil)
    let other = try outline(of: tensor, "loss 0.12345678 after 4 steps, 1.5e-07")
    #expect(record.difference(other, tolerance: 1e-4)?.contains("no float") == true)
  }

  @Test func aBuilderThatOutlinesGivesTheSameDigest() {
    func digest(_ isOutlined: Bool) -> String {
      var builder = DigestBuilder("test", isOutlined: isOutlined)
      builder.text("a 1.5 b")
      builder.number(2.5)
      builder.floats([1, 2])
      builder.integers([3])
      builder.bytes([4])
      builder.flag(true)
      return builder.finishOutlined().digest
    }
    #expect(digest(true) == digest(false))
  }
}
