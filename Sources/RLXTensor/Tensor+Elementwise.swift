// Elementwise functions. Two tensors broadcast (NumPy's rule); the shapes must fit.
extension Tensor {
  static func binary(_ op: BinaryOp, _ a: Tensor, _ b: Tensor) -> Tensor {
    let shape = obeyed(try Shape.broadcast(a.shape, b.shape, op: "\(op)"))
    return Kernels.binary(op, a.stretched(to: shape), b.stretched(to: shape))
  }

  /// In the memory of an operand that nobody else holds, such as the product in `product + bias`.
  package static func + (a: consuming Tensor, b: consuming Tensor) -> Tensor {
    let (origins, op) = ([a.origin, b.origin], Op.add(a.shape, b.shape))
    let shape = obeyed(try Shape.broadcast(a.shape, b.shape, op: "add"))
    if a.shape == shape, a.isUnshared {
      Kernels.accumulate(b.stretched(to: shape), into: a)
      return a.detached().recorded(from: origins, op)
    }
    if b.shape == shape, b.isUnshared {
      Kernels.accumulate(a.stretched(to: shape), into: b)
      return b.detached().recorded(from: origins, op)
    }
    return binary(.add, a, b).recorded(from: origins, op)
  }
  package static func - (a: Tensor, b: Tensor) -> Tensor {
    binary(.subtract, a, b).recorded([a, b], .subtract(a.shape, b.shape))
  }
  package static func * (a: Tensor, b: Tensor) -> Tensor {
    binary(.multiply, a, b).recorded([a, b], .multiply(a.detached(), b.detached()))
  }
  package static func / (a: Tensor, b: Tensor) -> Tensor {
    binary(.divide, a, b).recorded([a, b], .divide(a.detached(), b.detached()))
  }
  package func pow(_ exponent: Tensor) -> Tensor {
    Tensor.binary(.power, self, exponent)
      .recorded([self, exponent], .power(detached(), exponent.detached()))
  }
  /// The smaller of each two, NaN where either is. Equal values share the gradient.
  package static func minimum(_ a: Tensor, _ b: Tensor) -> Tensor {
    binary(.minimum, a, b).recorded([a, b], .minimum(a.detached(), b.detached()))
  }
  package static func maximum(_ a: Tensor, _ b: Tensor) -> Tensor {
    binary(.maximum, a, b).recorded([a, b], .maximum(a.detached(), b.detached()))
  }
  package func minimum(_ other: Tensor) -> Tensor { Tensor.minimum(self, other) }
  package func maximum(_ other: Tensor) -> Tensor { Tensor.maximum(self, other) }

  // Comparisons: 1 where true, else 0; no gradient.
  package func eq(_ other: Tensor) -> Tensor { .binary(.equal, self, other) }
  package func ne(_ other: Tensor) -> Tensor { .binary(.notEqual, self, other) }
  package func lt(_ other: Tensor) -> Tensor { .binary(.less, self, other) }
  package func le(_ other: Tensor) -> Tensor { .binary(.lessOrEqual, self, other) }
  package func gt(_ other: Tensor) -> Tensor { .binary(.greater, self, other) }
  package func ge(_ other: Tensor) -> Tensor { .binary(.greaterOrEqual, self, other) }

  /// `a` where `mask` is not 0, else `b`; all three broadcast.
  package static func select(_ mask: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
    let pair = obeyed(try Shape.broadcast(a.shape, b.shape, op: "select"))
    let shape = obeyed(try Shape.broadcast(mask.shape, pair, op: "select"))
    return Kernels.select(mask.stretched(to: shape), a.stretched(to: shape), b.stretched(to: shape))
      .recorded([a, b], .select(mask: mask.detached(), a.shape, b.shape))
  }

  // With numbers.
  package static func + (a: Tensor, b: Float) -> Tensor { a.affine(1, b) }
  package static func + (a: Float, b: Tensor) -> Tensor { b.affine(1, a) }
  package static func - (a: Tensor, b: Float) -> Tensor { a.affine(1, -b) }
  package static func - (a: Float, b: Tensor) -> Tensor { b.affine(-1, a) }
  // Adding -0 changes nothing; adding 0 would turn -0 into 0.
  package static func * (a: Tensor, b: Float) -> Tensor { a.affine(b, -0.0) }
  package static func * (a: Float, b: Tensor) -> Tensor { b.affine(a, -0.0) }
  package static func / (a: Tensor, b: Float) -> Tensor { a / .scalar(b) }
  package static func / (a: Float, b: Tensor) -> Tensor { .scalar(a) / b }
  package static prefix func - (a: Tensor) -> Tensor { a.affine(-1, -0.0) }
  package func pow(_ exponent: Float) -> Tensor { unary(.power, exponent) }

  package static func += (a: inout Tensor, b: Tensor) { a = a + b }
  package static func -= (a: inout Tensor, b: Tensor) { a = a - b }
  package static func *= (a: inout Tensor, b: Tensor) { a = a * b }

  private func affine(_ scale: Float, _ shift: Float) -> Tensor { unary(.affine, scale, shift) }

  private func unary(_ op: UnaryOp, _ p0: Float = 0, _ p1: Float = 0) -> Tensor {
    let x = contiguous()
    let y = Kernels.unary(op, x, p0, p1)
    return y.recorded([self], .unary(op, saved: Kernels.savesOutput(op) ? y : x, p0, p1))
  }

  package func exp() -> Tensor { unary(.exp) }
  package func log() -> Tensor { unary(.log) }
  package func sqrt() -> Tensor { unary(.sqrt) }
  /// 1 / √x.
  package func rsqrt() -> Tensor { unary(.rsqrt) }
  package func abs() -> Tensor { unary(.abs) }
  package func sigmoid() -> Tensor { unary(.sigmoid) }
  /// log sigmoid(x) = -softplus(-x), without overflow.
  package func logSigmoid() -> Tensor { unary(.logSigmoid) }
  package func tanh() -> Tensor { unary(.tanh) }
  package func relu() -> Tensor { unary(.relu) }
  /// x sigmoid(x).
  package func silu() -> Tensor { unary(.silu) }
  /// x Φ(x), or its usual approximation through tanh (Hendrycks and Gimpel 2016).
  package func gelu(approximate: Bool = true) -> Tensor {
    unary(approximate ? .geluTanh : .geluErf)
  }
  /// log(1 + exp(x)), without overflow.
  package func softplus() -> Tensor { unary(.softplus) }
  package func square() -> Tensor { unary(.square) }
  /// -1, 0 or 1; gradient 0.
  package func sign() -> Tensor { unary(.sign) }
  package func floor() -> Tensor { unary(.floor) }
  package func reciprocal() -> Tensor { unary(.reciprocal) }
  /// x held within min … max; the gradient passes where x is within, bounds included.
  package func clamp(min: Float? = nil, max: Float? = nil) -> Tensor {
    unary(.clamp, min ?? -.infinity, max ?? .infinity)
  }
}

extension Tensor {
  /// Adds `other`, of the same shape, in place where the memory is this tensor's alone. Not recorded:
  /// for gradients.
  mutating func add(_ other: Tensor) {
    if isKnownUniquelyReferenced(&storage), isContiguous {
      Kernels.accumulate(other, into: self)
    } else {
      self = Kernels.binary(.add, self, other)
    }
  }

  /// Whether no element is infinite or NaN.
  package var isFinite: Bool { Kernels.allFinite(self) }

  /// A view with strides of 0 along stretched axes. Detached.
  func stretched(to target: Shape) -> Tensor {
    if shape == target { return detached() }
    let lead = target.rank - rank
    var strides = [Int](repeating: 0, count: target.rank)
    for axis in 0..<rank where shape[axis] != 1 { strides[lead + axis] = self.strides[axis] }
    return Tensor(storage: storage, offset: offset, shape: target, strides: strides)
  }
}
