/// Elementwise functions of one tensor. Numbered as ck_unary_op.
enum UnaryOp: Int32, CaseIterable {
  case exp, log, sqrt, rsqrt, abs, sigmoid, logSigmoid, tanh, relu, silu
  case geluTanh, geluErf, softplus, square, sign, floor, reciprocal
  /// To the first parameter … the second.
  case clamp
  /// x ** first parameter.
  case power
  /// First parameter * x + second.
  case affine
}

/// Elementwise functions of two tensors. Numbered as ck_binary_op.
enum BinaryOp: Int32, CaseIterable {
  case add, subtract, multiply, divide, power, minimum, maximum
  case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
  /// Slopes of power, minimum and maximum.
  case powerByBase, powerByExponent, minimumByFirst, maximumByFirst
}

/// An axis in the middle of [outer, n, inner].
struct AxisLayout: Equatable {
  let outer: Int
  let n: Int
  let inner: Int

  init(_ shape: Shape, axis: Int) {
    outer = shape.dims[..<axis].reduce(1, *)
    n = shape[axis]
    inner = shape.dims[(axis + 1)...].reduce(1, *)
  }

  /// The whole tensor as one row.
  init(whole shape: Shape) {
    outer = 1
    n = shape.count
    inner = 1
  }
}

/// A strided view of a contiguous tensor: what a slice takes of it.
struct Window {
  let offset: Int
  let shape: Shape
  let strides: [Int]
}

/// What was done, with what its gradient needs to know: detached values, shapes, settings.
enum Op {
  case leaf(Parameter)
  /// `saved` is x or y, as the kernel's derivative wants.
  case unary(UnaryOp, saved: Tensor, Float, Float)
  case add(Shape, Shape)
  case subtract(Shape, Shape)
  case multiply(Tensor, Tensor)
  case divide(Tensor, Tensor)
  case power(Tensor, Tensor)
  case minimum(Tensor, Tensor)
  case maximum(Tensor, Tensor)
  case select(mask: Tensor, Shape, Shape)
  /// Sum over one axis (or all) times `scale`.
  case sum(Shape, AxisLayout, scale: Float)
  case extreme(x: Tensor, y: Tensor, AxisLayout)
  case softmax(y: Tensor)
  case logSoftmax(y: Tensor)
  case logSumExp(x: Tensor, y: Tensor)
  case cumulativeSum(AxisLayout)
  case reshape(Shape)
  case permute([Int])
  case broadcast(Shape)
  case slice(Shape, Window)
  case assign(Window)
  case concat(axis: Int, sizes: [Int])
  case rows(Shape, ids: [Int32])
  case matmul(Tensor, Tensor, DType)
  case linear(x: Tensor, weight: Tensor, DType)
  case rmsNorm(x: Tensor, weight: Tensor, rstd: Tensor)
  case layerNorm(x: Tensor, weight: Tensor, mean: Tensor, rstd: Tensor)
  case rope(RopeTable, positions: [Int32], heads: Int)
  case attention(AttentionCall, q: Tensor, k: Tensor, v: Tensor, o: Tensor, lse: Tensor)
  case swiglu(gate: Tensor, up: Tensor)
  case tokenLogProbs(logits: Tensor, rest: Tensor, targets: [Int32], inverseTemperature: Float)
  case tokenEntropy(logits: Tensor, rest: Tensor, entropy: Tensor)
  /// What `body` made of x, without what it recorded.
  case checkpoint(x: Tensor, body: (Tensor) -> Tensor)
}

/// The arguments of causal attention besides its tensors.
struct AttentionCall {
  let offsets: [Int32]
  let heads: Int
  let kvHeads: Int
  let scale: Float
  /// Tokens a token sees, itself among them; 0 for all before it.
  let window: Int
  /// Scores s become softcap · tanh(s / softcap); 0: they stay.
  let softcap: Float
}
