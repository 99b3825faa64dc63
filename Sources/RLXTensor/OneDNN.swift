import CKernels
import COneDNN

/// The one door to oneDNN: float32 matrix products, by `dnnl_sgemm`, which versions 2 and 3 of its C
/// interface have alike.
///
/// How oneDNN groups a sum depends on the number of threads it may use, in each of its instruction sets
/// in another way. So it is only ever given one: a product is cut into pieces whose bounds follow from
/// its sizes alone (`ProductPieces`), and the team shares the pieces out.
enum OneDNN {
  /// A matrix in memory as sgemm wants it: rows follow each other, or columns do.
  private struct Matrix {
    let pointer: UnsafePointer<Float>
    let transposed: CChar
    let stride: Int64
    let owner: Storage

    var isTransposed: Bool { transposed == CChar(UInt8(ascii: "T")) }

    func element(_ row: Int, _ column: Int) -> UnsafePointer<Float> {
      pointer + (isTransposed ? row + column * Int(stride) : row * Int(stride) + column)
    }

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

  /// Writes a [M, K] times b [K, N] into the contiguous `result` [M, N], and does to it what follows.
  static func multiply(_ a: Tensor, _ b: Tensor, into result: Tensor, then finish: Finish?) {
    let (m, k, n) = (a.shape[0], a.shape[1], b.shape[1])
    guard m > 0, n > 0 else { return }
    guard k > 0 else {
      Kernels.fill(result, 0)
      finish?.run(on: result)
      return
    }
    let left = Matrix(a)
    let right = Matrix(b)
    withExtendedLifetime((left.owner, right.owner)) {
      if m == 1, !right.isTransposed, a.strides[1] == 1 || k == 1 {
        // A vector times a matrix is bound by memory: all rows of b are read by the whole team.
        ck_vector_matrix(
          left.pointer, right.pointer, result.pointer, Int64(k), Int64(n), right.stride)
        finish?.run(on: result)
        return
      }
      let pieces = ProductPieces(m: m, k: k, n: n)
      // Parts of sums after the first are put beside the result and then added to it, in order.
      let rest = Tensor.uninitialized([pieces.terms.count - 1, m, n])
      let isWhole = pieces.terms.count == 1
      var job = Job(
        a: left, b: right, pieces: pieces, result: result.pointer, rest: rest.pointer, n: n,
        finish: isWhole ? finish?.kernel(on: result) : nil)
      ck_each({ job, index in Job.run(job, index) }, &job, Int64(pieces.count))
      for part in 0..<(pieces.terms.count - 1) {
        Kernels.accumulate(
          Tensor(storage: rest.storage, offset: rest.offset + part * m * n, shape: result.shape),
          into: result)
      }
      if !isWhole { finish?.run(on: result) }
    }
  }

  /// A product as the team sees it.
  private struct Job {
    let a: Matrix
    let b: Matrix
    let pieces: ProductPieces
    let result: UnsafeMutablePointer<Float>
    let rest: UnsafeMutablePointer<Float>
    let n: Int
    /// What follows each piece, on the thread that made it.
    let finish: ck_finish?

    /// Piece `index` of the product that `job` points to, on the calling thread.
    static func run(_ job: UnsafeRawPointer?, _ index: Int64) {
      guard let job = job?.assumingMemoryBound(to: Job.self) else { return }
      job.pointee.run(job.pointee.pieces[Int(index)])
    }

    private func run(_ piece: ProductPieces.Piece) {
      let (rows, columns, terms) = (piece.rows, piece.columns, piece.terms)
      let part = piece.part == 0 ? result : rest + (piece.part - 1) * pieces.m * n
      let status = dnnl_sgemm(
        a.transposed, b.transposed, Int64(rows.count), Int64(columns.count), Int64(terms.count), 1,
        a.element(rows.lowerBound, terms.lowerBound), a.stride,
        b.element(terms.lowerBound, columns.lowerBound), b.stride,
        0, part + rows.lowerBound * n + columns.lowerBound, Int64(n))
      precondition(
        status == dnnl_success, "matmul: oneDNN refused a piece of [\(pieces.m), \(n)]")
      guard var finish else { return }
      ck_finish_block(
        &finish, Int64(rows.lowerBound), Int64(rows.count), Int64(columns.lowerBound),
        Int64(columns.count))
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
