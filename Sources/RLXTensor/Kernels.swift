import CKernels

/// The door to the C kernels: tensors in, new tensors out, nothing recorded. Split by topic over
/// `Kernels+….swift`.
enum Kernels {
  static func fill(_ x: Tensor, _ value: Float) { ck_fill(x.pointer, Int64(x.count), value) }
  static func ramp(_ x: Tensor) { ck_ramp(x.pointer, Int64(x.count)) }

  /// Copies `a` into `b` of the same shape; both may be views.
  static func copy(_ a: Tensor, into b: Tensor) {
    guard a.count > 0 else { return }
    var layout = layout(a.shape, a.strides, b.strides)
    ck_copy(a.pointer, b.pointer, &layout)
  }

  /// Adds `a` to `b` of the same shape; both may be views.
  static func accumulate(_ a: Tensor, into b: Tensor) {
    guard a.count > 0 else { return }
    var layout = layout(a.shape, a.strides, b.strides)
    ck_accumulate(a.pointer, b.pointer, &layout)
  }

  static func unary(_ op: UnaryOp, _ x: Tensor, _ p0: Float, _ p1: Float) -> Tensor {
    let y = Tensor.uninitialized(x.shape)
    ck_unary(code(op), x.pointer, y.pointer, Int64(x.count), p0, p1)
    return y
  }

  static func unaryBackward(
    _ op: UnaryOp, _ dy: Tensor, _ saved: Tensor, _ p0: Float, _ p1: Float
  ) -> Tensor {
    let dy = dy.contiguous()
    let dx = Tensor.uninitialized(dy.shape)
    ck_unary_backward(
      code(op), dy.pointer, saved.pointer, dx.pointer, Int64(dy.count), p0, p1)
    return dx
  }

  static func savesOutput(_ op: UnaryOp) -> Bool { ck_unary_saves_output(code(op)) }

  /// Both operands already have the shape of the result, stretched by strides of 0 where needed.
  static func binary(_ op: BinaryOp, _ a: Tensor, _ b: Tensor) -> Tensor {
    let y = Tensor.uninitialized(a.shape)
    guard y.count > 0 else { return y }
    var layout = layout(a.shape, a.strides, b.strides)
    ck_binary(ck_binary_op(op.rawValue), a.pointer, b.pointer, y.pointer, &layout)
    return y
  }

  static func select(_ mask: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
    let (mask, a, b) = (mask.contiguous(), a.contiguous(), b.contiguous())
    let y = Tensor.uninitialized(a.shape)
    ck_select(mask.pointer, a.pointer, b.pointer, y.pointer, Int64(y.count))
    return y
  }

  private static func code(_ op: UnaryOp) -> ck_unary_op { ck_unary_op(op.rawValue) }

  /// The walk over two arrays of one shape.
  private static func layout(_ shape: Shape, _ a: [Int], _ b: [Int]) -> ck_layout {
    ck_make_layout(Int32(shape.rank), shape.dims, a, b)
  }
}
