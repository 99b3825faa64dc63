import RLXScript
import RLXSession
import Testing

/// Tensors as scripts use them. Expected numbers are worked by hand, or exact in float32.
@Suite struct TensorScriptTests {
  @Test(arguments: [
    // Making
    ("tensor([[1, 2], [3, 4]]).shape", "[2,2]"),
    ("tensor(3).shape", "[]"),
    ("tensor(3).item()", "3.0"),
    ("tensor([]).shape", "[0]"),
    ("tensor([[], []]).shape", "[2,0]"),
    ("tensor(0..3)", "[0.0,1.0,2.0]"),
    ("tensor([true, false])", "[1.0,0.0]"),
    ("tensor([tensor([1, 2]), [3, 4]])", "[[1.0,2.0],[3.0,4.0]]"),
    ("zeros(2, 1)", "[[0.0],[0.0]]"),
    ("ones([1, 2])", "[[1.0,1.0]]"),
    ("full([2], 0.5)", "[0.5,0.5]"),
    ("eye(2)", "[[1.0,0.0],[0.0,1.0]]"),
    ("arange(3)", "[0.0,1.0,2.0]"),
    ("arange(1, 2, 0.25)", "[1.0,1.25,1.5,1.75]"),
    ("arange(3, 0, -1)", "[3.0,2.0,1.0]"),
    ("arange(0)", "[]"),
    ("concat([ones(1, 2), zeros(1, 2)])", "[[1.0,1.0],[0.0,0.0]]"),
    ("concat([ones(1, 1), zeros(1, 2)], axis: -1)", "[[1.0,0.0,0.0]]"),
    ("stack([ones(2), zeros(2)], axis: 1)", "[[1.0,0.0],[1.0,0.0]]"),
    ("where(tensor([1, 0, 1]), 5, tensor([7, 8, 9]))", "[5.0,8.0,5.0]"),
    // Elements
    ("tensor([[1, 2], [3, 4]])[0]", "[1.0,2.0]"),
    ("tensor([[1, 2], [3, 4]])[-1, 0].item()", "3.0"),
    ("tensor([[1, 2], [3, 4]])[.., 1]", "[2.0,4.0]"),
    ("arange(24).reshape(2, 3, 4)[..., -1]", "[[3.0,7.0,11.0],[15.0,19.0,23.0]]"),
    ("arange(5)[1..3]", "[1.0,2.0]"),
    ("arange(5)[1..99]", "[1.0,2.0,3.0,4.0]"),
    ("arange(5)[-2..]", "[3.0,4.0]"),
    ("tensor([[1, 2], [3, 4]])[[1, 0, 1]]", "[[3.0,4.0],[1.0,2.0],[3.0,4.0]]"),
    ("len(ones(3, 2))", "3"),
    // Operators
    ("tensor([1, 2]) + 1", "[2.0,3.0]"),
    ("1 - tensor([1, 2])", "[0.0,-1.0]"),
    ("tensor([1, 2]) / tensor([2, 4])", "[0.5,0.5]"),
    ("2 ** tensor([1, 2, 3])", "[2.0,4.0,8.0]"),
    ("tensor([1, 2, 3]) ** 2", "[1.0,4.0,9.0]"),
    ("-tensor([1, -2])", "[-1.0,2.0]"),
    ("tensor([[1, 2], [3, 4]]) @ tensor([1, 1])", "[3.0,7.0]"),
    ("tensor([[1], [2]]) * tensor([3, 4])", "[[3.0,4.0],[6.0,8.0]]"),
    ("tensor([1, 2]) == tensor([1, 2])", "true"),
    ("tensor([1, 2]) == tensor([[1, 2]])", "false"),
    ("tensor([1, 2]) != tensor([1, 3])", "true"),
    ("ones(1).log() / 0 == ones(1).log() / 0", "false"),
    ("tensor([1, 2, 3]).gt(2)", "[0.0,0.0,1.0]"),
    ("tensor([1, 2, 3]).le(tensor([0, 2, 9]))", "[0.0,1.0,1.0]"),
    // Functions
    ("tensor([-1, 0, 2]).relu()", "[0.0,0.0,2.0]"),
    ("tensor([0, 0]).sigmoid()", "[0.5,0.5]"),
    ("tensor([1.5, -1.5]).floor()", "[1.0,-2.0]"),
    ("tensor([1.5, -1.5]).ceil()", "[2.0,-1.0]"),
    ("tensor([2.5, -2.5, 0.49999997]).round()", "[3.0,-3.0,0.0]"),
    ("round(tensor([16777215, -8388609, 0.4]))", "[16777215.0,-8388609.0,0.0]"),
    ("round(tensor([0.126, -1.374]), 1).eq(tensor([0.1, -1.4]))", "[1.0,1.0]"),
    ("tensor([1, 2, 3]).clamp(max: 2)", "[1.0,2.0,2.0]"),
    ("tensor([1, 4]).minimum(2)", "[1.0,2.0]"),
    // Reductions
    ("tensor([[1, 2], [3, 4]]).sum(axis: 0)", "[4.0,6.0]"),
    ("tensor([[1, 2], [3, 4]]).sum(axis: -1, keep: true)", "[[3.0],[7.0]]"),
    ("tensor([[1, 2], [3, 4]]).mean().item()", "2.5"),
    ("tensor([[1, 5], [3, 4]]).max(axis: 1)", "[5.0,4.0]"),
    ("tensor([[1, 5], [3, 4]]).argmax()", "[1.0,1.0]"),
    ("tensor([1, 2, 3, 4]).var(unbiased: false).item()", "1.25"),
    ("tensor([[1, 3], [2, 2]]).var(axis: 1)", "[2.0,0.0]"),
    ("tensor([2, 4]).std(unbiased: false).item()", "1.0"),
    ("tensor([0, 0]).softmax()", "[0.5,0.5]"),
    ("arange(4).cumsum()", "[0.0,1.0,3.0,6.0]"),
    ("zeros(0, 2).sum(axis: 0)", "[0.0,0.0]"),
    // Shapes
    ("arange(6).reshape(-1, 2).shape", "[3,2]"),
    ("arange(6).reshape([2, 3]).T", "[[0.0,3.0],[1.0,4.0],[2.0,5.0]]"),
    ("ones(2, 3, 4).permute(2, 0, 1).shape", "[4,2,3]"),
    ("ones(2, 3, 4).transpose(0, 2).shape", "[4,3,2]"),
    ("ones(1, 3, 1).squeeze().shape", "[3]"),
    ("ones(3).unsqueeze(axis: -1).shape", "[3,1]"),
    ("tensor([1, 2]).broadcast(2, 2)", "[[1.0,2.0],[1.0,2.0]]"),
    ("tensor([[1, 2], [3, 4]]).gather([1, 0])", "[2.0,3.0]"),
    ("arange(8).reshape(2, 2, 2).gather([0, 1, 0, 1])", "[[0.0,3.0],[4.0,7.0]]"),
    // The core library's functions
    ("sqrt(tensor([4, 9]))", "[2.0,3.0]"),
    ("abs(tensor([-4, 9]))", "[4.0,9.0]"),
    ("sum(tensor([[1, 2], [3, 4]])).item()", "10.0"),
    ("max(tensor([1, 5, 2])).item()", "5.0"),
    ("abs(-3)", "3"),
    ("max(1, 2)", "2"),
  ])
  func gives(expression: String, expected: String) throws {
    #expect(try ScriptBench().json(expression) == expected, "\(expression)")
  }

  @Test(arguments: [
    (
      "tensor([1, 2]) @ tensor([3, 4, 5])",
      "shape: matmul: inner sizes 2 and 3 differ | shapes are [2] and [3]"
    ),
    ("tensor([1, 2]) + tensor([1, 2, 3])", "shape: +: shapes [2] and [3] do not broadcast"),
    ("tensor([[1, 2], [3]])", "shape: tensor: expected lists of 2 like the first, got one of 1"),
    ("tensor([[1, 2], 3])", "shape: tensor: lists are not nested equally deep"),
    ("tensor([[], [1]])", "shape: tensor: expected lists of 0 like the first, got one of 1"),
    ("tensor(\"a\")", "type: tensor: expected numbers, or lists of them, got"),
    ("ones(2)[2]", "shape: index: index 2 is outside axis 0 of size 2"),
    ("ones(2)[0, 0]", "shape: index: 2 subscripts for a tensor of 1 axes"),
    ("ones(2)[\"a\"]", "type: index: expected ints, ranges or ..., got"),
    ("ones(2, 3).item()", "shape: item: expected one element, got a tensor of shape [2, 3]"),
    ("ones(2).sum(axis: 1)", "shape: sum: axis 1 is outside a shape of 1 axes, [2]"),
    ("zeros(0).max()", "value: max: a tensor of shape [0] has no elements"),
    ("zeros(2, 0).max(axis: 1)", "shape: max: axis 1 of [2, 0] is empty"),
    ("ones(6).reshape(4, 2)", "shape: reshape: [6] has 6 elements, which do not fill [4, 2]"),
    ("ones(2) < ones(2)", "type: <: tensors have no order | compare element by element"),
    ("ones(2).backward()", "shape: backward: expected one number, got a tensor of shape [2]"),
    ("ones(1).backward()", "value: backward: nothing that led to this tensor tracks gradients"),
    ("zeros(20000, 20000)", "value: zeros: a tensor of shape [20000, 20000] is too large"),
    ("zeros(-1)", "shape: zeros: size -1 is negative"),
    ("arange(0, 10, 0)", "value: arange: no way from 0.0 to 10.0 in steps of 0.0"),
    ("tensor([1]).clamp()", "argument: clamp: expected min, max or both"),
    ("concat([])", "shape: concat: needs at least one tensor"),
    ("for x in tensor(1) { print(x) }", "shape: for: a scalar tensor has nothing to go through"),
    ("ones(2).rows([2])", "shape: index: index 2 is outside axis 0 of size 2"),
    ("ones(2).sun()", "sum"),
  ])
  func says(script: String, message: String) {
    let error = ScriptBench().error(script)
    #expect(error.contains(message), "\(script): \(error)")
  }

  @Test func isAValue() throws {
    let bench = ScriptBench()
    #expect(
      try bench.json(
        """
        a = tensor([1, 2, 3])
        b = a
        b[0] = 10
        b[1..] = tensor([7, 8])
        fn change(t) { t[2] = 0; return t }
        c = change(b)
        [a.list(), b.list(), c.list()]
        """) == "[[1.0,2.0,3.0],[10.0,7.0,8.0],[10.0,7.0,0.0]]")
  }

  @Test func bringsGradientsToItsLeaves() throws {
    let bench = ScriptBench()
    try bench.run("x = tensor([1.0, 2.0], grad: true); (x * x).sum().backward()")
    #expect(try bench.json("x.grad") == "[2.0,4.0]")
    #expect(try bench.json("(x * x).detach().tracks_grad") == "false")
    // A second time adds; through an index and a picked element only that element counts.
    try bench.run("x[1].backward()")
    #expect(try bench.json("x.grad") == "[2.0,5.0]")
    try bench.run("y = tensor([[1.0, 2.0], [3.0, 4.0]], grad: true)")
    try bench.run("y.gather([1, 0]).sum().backward()")
    #expect(try bench.json("y.grad") == "[[0.0,1.0],[1.0,0.0]]")
    #expect(try bench.json("tensor([1.0]).grad") == "null")
  }

  @Test func drawsWhatTheSeedSays() throws {
    let bench = ScriptBench()
    let first = try bench.json("seed(7); randn(3)")
    #expect(try bench.json("randn(3)") != first, "the next call draws anew")
    #expect(try bench.json("seed(7); randn(3)") == first)
    #expect(try bench.json("seed(7); ones(3); randn(3)") == first, "ones takes no number")
    #expect(try bench.json("seed(8); randn(3)") != first)
    #expect(try bench.json("rand(1000, low: 2, high: 3).min().item() >= 2") == "true")
  }

  @Test func showsItself() throws {
    let bench = ScriptBench()
    #expect(
      try bench.display("tensor([[1, 2], [3, 4]])") == "tensor float32 [2, 2]\n[[1, 2],\n [3, 4]]")
    #expect(try bench.display("tensor([0.5, 1]).sum()") == "tensor 1.5")
    #expect(try bench.display("tensor([1.0], grad: true)") == "tensor float32 [1] · grad\n[1]")
  }

  @Test func goesThroughItsRows() throws {
    #expect(
      try ScriptBench().json(
        """
        rows = []
        for row in tensor([[1, 2], [3, 4]]) { rows += [row.sum().item()] }
        rows
        """) == "[3.0,7.0]")
  }
}
