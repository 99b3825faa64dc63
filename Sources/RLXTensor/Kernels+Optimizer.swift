import CKernels

// Passes over all parameters at once. Tensors are contiguous.
extension Kernels {
  /// One AdamW step, in place on tensors that own their memory.
  static func adamW(
    _ parts: [(value: Tensor, gradient: Tensor, first: Tensor, second: Tensor, weightDecay: Float)],
    _ settings: ck_adamw_settings
  ) {
    var settings = settings
    let pieces = parts.map {
      ck_adamw_piece(
        p: $0.value.pointer, g: $0.gradient.pointer, m: $0.first.pointer, v: $0.second.pointer,
        n: Int64($0.value.count), weight_decay: $0.weightDecay)
    }
    withExtendedLifetime(parts) { ck_adamw(pieces, Int64(pieces.count), &settings) }
  }

  /// The sum of squares of each tensor.
  static func sumsOfSquares(_ tensors: [Tensor]) -> [Double] {
    let tensors = tensors.map { $0.contiguous() }
    let pieces = tensors.map {
      ck_adamw_piece(p: nil, g: $0.pointer, m: nil, v: nil, n: Int64($0.count), weight_decay: 0)
    }
    var sums = [Double](repeating: 0, count: pieces.count)
    withExtendedLifetime(tensors) { ck_piece_squares(pieces, Int64(pieces.count), &sums) }
    return sums
  }
}
