import CKernels

/// A matrix W [M, K] laid out for the kernels of generation, in a number format of its own. Never
/// changes, never records.
///
/// A row of x gets the same bits whatever other rows there are, which `linear` does not promise: its
/// product blocks the sums by the number of rows.
package final class PackedWeight {
  package let dtype: DType
  /// [M, K]
  package let shape: Shape
  private let storage: Storage

  /// Packs `matrix` [M, K], which may be a strided view.
  package init(_ matrix: Tensor, _ dtype: DType) {
    precondition(matrix.rank == 2, "packed: \(matrix.shape) is not a matrix")
    self.dtype = dtype
    shape = matrix.shape
    let matrix = matrix.strides.contains(1) ? matrix : matrix.contiguous()
    let (M, K) = (Int64(shape[0]), Int64(shape[1]))
    let bytes = Int(ck_packed_bytes(dtype.format, M, K))
    storage = Storage(floats: (bytes + 3) / 4)
    withExtendedLifetime(matrix.storage) {
      ck_pack(
        dtype.format, matrix.pointer, Int64(matrix.strides[0]), Int64(matrix.strides[1]), M, K,
        storage.pointer)
    }
  }

  /// Bytes it takes.
  package var bytes: Int { storage.capacity * MemoryLayout<Float>.stride }

  /// activation(x Wᵀ + bias) + added for x [N, K], bias [M], added [N, M]: [N, M].
  package func product(
    _ x: Tensor, bias: Tensor? = nil, activation: Activation? = nil, adding added: Tensor? = nil
  ) -> Tensor {
    Self.products(x, [Term(weight: self, bias: bias, activation: activation, added: added)])[0]
  }

  /// What bends a product.
  package enum Activation: Sendable {
    case geluTanh, geluErf, relu, silu, tanh

    /// The same function of whole tensors.
    var op: UnaryOp {
      switch self {
      case .geluTanh: .geluTanh
      case .geluErf: .geluErf
      case .relu: .relu
      case .silu: .silu
      case .tanh: .tanh
      }
    }
  }

  /// One of several products of one x.
  package struct Term {
    package let weight: PackedWeight
    package let bias: Tensor?
    package let activation: Activation?
    package let added: Tensor?

    package init(
      weight: PackedWeight, bias: Tensor? = nil, activation: Activation? = nil, added: Tensor? = nil
    ) {
      self.weight = weight
      self.bias = bias
      self.activation = activation
      self.added = added
    }
  }

  /// All products of one x [N, K] by weights of one format, shared out to the team together.
  package static func products(_ x: Tensor, _ terms: [Term]) -> [Tensor] {
    guard let first = terms.first?.weight else { return [] }
    precondition(
      x.rank == 2 && terms.allSatisfy { $0.fits(x, first.dtype) },
      "packed: x \(x.shape) does not fit \(terms.map(\.weight.shape))")
    let (x, N) = (x.contiguous(), x.shape[0])
    let results = terms.map { Tensor.uninitialized([N, $0.weight.shape[0]]) }
    // Kept until the kernel is done: what is not contiguous is copied for it.
    let kept = terms.map { (bias: $0.bias?.contiguous(), added: $0.added?.contiguous()) }
    let products = terms.indices.map { i in
      ck_packed_product(
        weights: terms[i].weight.storage.pointer, bias: kept[i].bias.map { .init($0.pointer) },
        added: kept[i].added.map { .init($0.pointer) }, y: results[i].pointer,
        M: Int64(terms[i].weight.shape[0]), activation: terms[i].activation?.op.rawValue ?? -1)
    }
    withExtendedLifetime((x, kept)) {
      ck_packed_linear(
        first.dtype.format, x.pointer, Int64(N), Int64(x.shape[1]), products, Int32(terms.count))
    }
    return results
  }

  /// Rows `ids` of W as float32: [ids.count, K].
  package func rows(_ ids: [Int32]) -> Tensor {
    precondition(
      ids.allSatisfy { 0 <= $0 && $0 < shape[0] }, "packed: a row lies outside \(shape)")
    let y = Tensor.uninitialized([ids.count, shape[1]])
    ck_unpack_rows(
      dtype.format, storage.pointer, ids, Int64(ids.count), Int64(shape[1]), y.pointer)
    return y
  }

  /// W [M, K] as float32.
  package var unpacked: Tensor { rows(Array(0..<Int32(shape[0]))) }
}

extension PackedWeight.Term {
  fileprivate func fits(_ x: Tensor, _ dtype: DType) -> Bool {
    let (M, K) = (weight.shape[0], weight.shape[1])
    return weight.dtype == dtype && x.shape[1] == K && (bias.map { $0.shape == [M] } ?? true)
      && (added.map { $0.shape == [x.shape[0], M] } ?? true)
  }
}

extension Tensor {
  /// The bf16 nearest to each number, ties to even. A gradient passes through as if nothing were rounded
  /// (Bengio et al. 2013, section 3, "straight-through").
  package func roundedToBFloat16() -> Tensor {
    let x = contiguous()
    let y = Tensor.uninitialized(shape)
    ck_round_to_bf16(x.pointer, y.pointer, Int64(count))
    // The difference has few enough bits to be exact, and so has the sum.
    return tracksGradient ? self + (y - x) : y
  }
}
