import RLXScript
import RLXSession
import Testing

/// Digests cover the content of tensors, datasets, plots and tables, by bit pattern.
@Suite struct TensorDigestTests {
  private func digest(_ script: String) throws -> String {
    guard case .host(let object)? = try ScriptBench().run(script),
      let object = object as? any Digestible
    else { return "not digestible" }
    var builder = DigestBuilder("test")
    object.absorb(into: &builder)
    return builder.finish()
  }

  @Test(arguments: [
    ("tensor([1, 2])", "tensor([3, 4]) - 2"),
    ("Dataset([\"a\", \"b\"])", "Dataset([{text: \"a\"}, {text: \"b\"}])"),
    ("Dataset([\"a\", \"b\"]).take(1)", "Dataset([\"a\"])"),
    ("plot([1, 2])", "plot(tensor([1, 2]))"),
    ("help(\"abs\")", "help(abs)"),
  ])
  func isTheSameForTheSameContent(one: String, other: String) throws {
    #expect(try digest(one) == digest(other))
    #expect(try digest(one).count == 64)
  }

  @Test(arguments: [
    ("tensor([1, 2])", "tensor([[1, 2]])"),
    ("tensor([1, 2])", "tensor([1, 2.0000002])"),
    ("tensor([0.0])", "tensor([-0.0])"),
    ("Dataset([{a: 1}])", "Dataset([{a: 1.0}])"),
    ("Dataset([{a: \"1\"}])", "Dataset([{a: 1}])"),
    ("Dataset([{a: \"x\", b: \"\"}])", "Dataset([{a: \"\", b: \"x\"}])"),
    ("plot([1, 2])", "plot([1, 2.5])"),
    ("table([{a: 1}])", "table([{a: 2}])"),
  ])
  func differsWithTheContent(one: String, other: String) throws {
    #expect(try digest(one) != digest(other))
  }

  @Test func coversTheGradientOfALeaf() throws {
    let leaf = "x = tensor([1.0, 2.0], grad: true)\n"
    #expect(try digest(leaf + "x") != digest(leaf + "(x * x).sum().backward()\nx"))
  }
}
