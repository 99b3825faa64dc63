import CKernels
import COneDNN

/// The one door to oneDNN: float32 matrix products, by `dnnl_sgemm`, which versions 2 and 3 of its C
/// interface have alike.
enum OneDNN {
  /// Terms of a sum that one call adds up; longer sums take several calls, in order. A constant, so that
  /// sums group alike on any team.
  static let longestSum = 4096

  /// A matrix in memory as sgemm wants it: rows follow each other, or columns do.
  private struct Matrix {
    let pointer: UnsafePointer<Float>
    let transposed: CChar
    let stride: Int64
    let owner: Storage

    init(_ matrix: Tensor) {
      var m = matrix
      let (rows, columns) = (m.shape[0], m.shape[1])
      let byRows = (columns == 1 || m.strides[1] == 1) && (rows == 1 || m.strides[0] >= columns)
      let byColumns = (rows == 1 || m.strides[0] == 1) && (columns == 1 || m.strides[1] >= rows)
      if !byRows && !byColumns { m = m.contiguous() }
      let straight = byRows || !byColumns
      transposed = CChar(UInt8(ascii: straight ? "N" : "T"))
      stride = Int64(
        straight
          ? max(rows == 1 ? columns : m.strides[0], columns, 1)
          : max(columns == 1 ? rows : m.strides[1], rows, 1))
      pointer = UnsafePointer(m.pointer)
      owner = m.storage
    }
  }

  /// a [M, K] times b [K, N]: a new [M, N].
  static func product(_ a: Tensor, _ b: Tensor) -> Tensor {
    let result = Tensor.uninitialized([a.shape[0], b.shape[1]])
    multiply(a, b, into: result)
    return result
  }

  /// Writes a [M, K] times b [K, N] into the contiguous `result` [M, N].
  static func multiply(_ a: Tensor, _ b: Tensor, into result: Tensor) {
    let (m, k, n) = (a.shape[0], a.shape[1], b.shape[1])
    guard m > 0, n > 0 else { return }
    guard k > 0 else { return Kernels.fill(result, 0) }
    let left = Matrix(a)
    let right = Matrix(b)
    ck_enter()
    withExtendedLifetime((left.owner, right.owner)) {
      if m == 1, right.transposed == CChar(UInt8(ascii: "N")), a.strides[1] == 1 || k == 1 {
        // oneDNN splits this sum by the number of threads: the one shape where it does.
        ck_vector_matrix(
          left.pointer, right.pointer, result.pointer, Int64(k), Int64(n), right.stride)
        return
      }
      var start = 0
      while start < k {
        let some = min(k - start, longestSum)
        let skipA = left.transposed == CChar(UInt8(ascii: "N")) ? start : start * Int(left.stride)
        let skipB = right.transposed == CChar(UInt8(ascii: "N")) ? start * Int(right.stride) : start
        let status = dnnl_sgemm(
          left.transposed, right.transposed, Int64(m), Int64(n), Int64(some), 1,
          left.pointer + skipA, left.stride, right.pointer + skipB, right.stride,
          start == 0 ? 0 : 1, result.pointer, Int64(n))
        precondition(status == dnnl_success, "matmul: oneDNN refused [\(m), \(k)] by [\(k), \(n)]")
        start += some
      }
    }
  }
}

extension Engine {
  /// The version of oneDNN in use, such as "2.6.3".
  package static var productLibraryVersion: String {
    guard let version = dnnl_version()?.pointee else { return "unknown" }
    return "\(version.major).\(version.minor).\(version.patch)"
  }
}
