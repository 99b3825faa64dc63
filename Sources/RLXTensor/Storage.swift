import Synchronization

/// Memory of one or more tensors: uninitialised floats, aligned to 64 bytes, given back to a free list
/// when the last tensor goes. Large blocks returned to the kernel would fault in page by page again at
/// every training step.
final class Storage {
  let pointer: UnsafeMutablePointer<Float>
  /// Floats that fit.
  let capacity: Int

  init(floats: Int) {
    capacity = Pool.roundedUp(floats)
    pointer = Pool.take(capacity)
  }

  deinit { Pool.give(pointer, capacity) }
}

/// The free list: blocks by size class, four classes to each power of two.
private enum Pool {
  struct State {
    var free: [Int: [UInt]] = [:]
    var freeBytes = 0
    var liveBytes = 0
    var peakBytes = 0
  }

  static let state = Mutex(State())
  /// Blocks of up to this many bytes beyond the peak are kept for reuse.
  static let slack = 64 << 20

  static func roundedUp(_ floats: Int) -> Int {
    let least = max(floats, 16)
    let step = max(1 << (Int.bitWidth - 1 - least.leadingZeroBitCount - 2), 16)
    return (least + step - 1) / step * step
  }

  static func take(_ floats: Int) -> UnsafeMutablePointer<Float> {
    let bytes = floats * MemoryLayout<Float>.stride
    let reused = state.withLock { state -> UInt? in
      state.liveBytes += bytes
      state.peakBytes = max(state.peakBytes, state.liveBytes)
      guard let block = state.free[floats]?.popLast() else { return nil }
      state.freeBytes -= bytes
      return block
    }
    if let reused, let pointer = UnsafeMutablePointer<Float>(bitPattern: reused) { return pointer }
    return UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
      .bindMemory(to: Float.self, capacity: floats)
  }

  static func give(_ pointer: UnsafeMutablePointer<Float>, _ floats: Int) {
    let bytes = floats * MemoryLayout<Float>.stride
    let block = UInt(bitPattern: pointer)
    let kept = state.withLock { state -> Bool in
      state.liveBytes -= bytes
      guard state.freeBytes + state.liveBytes + bytes <= state.peakBytes + slack else {
        return false
      }
      state.free[floats, default: []].append(block)
      state.freeBytes += bytes
      return true
    }
    if !kept { UnsafeMutableRawPointer(pointer).deallocate() }
  }

  static func drain() {
    let blocks = state.withLock { state -> [UInt] in
      let blocks = state.free.values.flatMap { $0 }
      state.free = [:]
      state.freeBytes = 0
      state.peakBytes = state.liveBytes
      return blocks
    }
    for block in blocks { UnsafeMutableRawPointer(bitPattern: block)?.deallocate() }
  }
}

extension Engine {
  /// Bytes of all tensors now alive.
  package static var liveBytes: Int { Pool.state.withLock { $0.liveBytes } }
  /// Most bytes of tensors alive at one time since the start or the last `resetPeak` or
  /// `releaseFreeMemory`.
  package static var peakBytes: Int { Pool.state.withLock { $0.peakBytes } }
  /// Starts the peak anew from what is alive.
  package static func resetPeak() { Pool.state.withLock { $0.peakBytes = $0.liveBytes } }
  /// Gives the free blocks back to the system and starts the peak anew.
  package static func releaseFreeMemory() { Pool.drain() }
}
