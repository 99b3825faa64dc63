import Glibc
import RLXTensor

/// A tensor of a kept state: in memory, or in a file that is gone with the process.
final class KeptTensor {
  private enum Place {
    case memory(Tensor)
    case file(SpillFile, offset: Int, shape: Shape)
  }

  private var place: Place

  init(_ tensor: Tensor) { place = .memory(tensor) }

  /// The tensor as long as it is in memory.
  var inMemory: Tensor? { if case .memory(let tensor) = place { tensor } else { nil } }

  func tensor() throws -> Tensor {
    switch place {
    case .memory(let tensor): tensor
    case .file(let file, let offset, let shape): try file.tensor(at: offset, shape)
    }
  }

  /// Moves it to the end of a file.
  func move(to file: SpillFile) throws {
    guard case .memory(let tensor) = place else { return }
    place = .file(file, offset: try file.append(tensor), shape: tensor.shape)
  }
}

/// A file without a name: nobody else can open it, and the system removes it with the last who has
/// it open, whatever ends the process.
final class SpillFile {
  private let descriptor: Int32
  private(set) var size = 0

  init(in folder: String) throws(SpillError) {
    var name = Array("\(folder)/rlx-undo.XXXXXX".utf8CString)
    descriptor = mkstemp(&name)
    guard descriptor >= 0 else { throw SpillError.current }
    unlink(name)
  }

  deinit { close(descriptor) }

  /// Writes the elements behind what is there; returns where they begin.
  func append(_ tensor: Tensor) throws(SpillError) -> Int {
    let start = size
    let done = tensor.withFloats { floats -> Bool in
      var rest = UnsafeRawBufferPointer(floats)
      while !rest.isEmpty {
        let count = pwrite(descriptor, rest.baseAddress, rest.count, size)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return false }
        size += count
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      }
      return true
    }
    guard done else {
      size = start
      throw SpillError.current
    }
    return start
  }

  func tensor(at offset: Int, _ shape: Shape) throws(SpillError) -> Tensor {
    var floats = [Float](repeating: 0, count: shape.count)
    let done = floats.withUnsafeMutableBytes { buffer -> Bool in
      var filled = 0
      while filled < buffer.count {
        let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
        let count = pread(descriptor, rest.baseAddress, rest.count, offset + filled)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return false }
        filled += count
      }
      return true
    }
    guard done else { throw SpillError.current }
    return Tensor(floats, shape)
  }
}

/// The disk is full, or gone.
struct SpillError: Error {
  let reason: String
  static var current: SpillError { SpillError(reason: String(cString: strerror(errno))) }
}
