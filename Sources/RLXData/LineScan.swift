import Dispatch
import Glibc
import Synchronization

/// Finds the rows of a file of JSON lines, on all cores: each line is checked, none is kept.
///
/// Segments of the file are looked at apart, a line by the segment in which it begins, and put
/// together in order: what comes out does not depend on the number of threads.
struct LineScan: Sendable {
  let bytes: StoredBytes
  /// Bytes of a segment.
  var segment = 4 << 20

  /// What a file holds.
  struct Result: Sendable {
    var index = LineIndex()
    var columns = ColumnNames()
    /// Lines that are no rows though something stands there: where they begin, and their number.
    var broken: [(start: Int, line: Int)] = []
    fileprivate var lines = 0
  }

  /// What one segment holds, counted from its beginning.
  fileprivate struct Segment: Sendable {
    var starts: [UInt32] = []
    var columns = ColumnNames()
    var skips: [(row: Int, lines: Int)] = []
    var broken: [(start: Int, line: Int)] = []
    var lines = 0
  }

  func run() throws(DataError) -> Result {
    let count = (bytes.count + segment - 1) / segment
    let found = Mutex<[Segment?]>(Array(repeating: nil, count: count))
    let failure = Mutex<DataError?>(nil)
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: min(count, Self.threads)) { _ in
      let worker = SegmentReader(bytes)
      while true {
        let place = next.add(1, ordering: .relaxed).oldValue
        guard place < count, failure.withLock({ $0 == nil }) else { return }
        let from = place * segment
        do throws(DataError) {
          let lines = try worker.segment(from..<min(from + segment, bytes.count))
          found.withLock { $0[place] = lines }
        } catch {
          failure.withLock { $0 = error }
        }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
    return found.withLock { segments in
      var result = Result()
      result.index.reserveCapacity(segments.reduce(0) { $0 + ($1?.starts.count ?? 0) })
      for (place, lines) in segments.enumerated() {
        if let lines { result.add(lines, at: place * segment) }
      }
      return result
    }
  }

  private static var threads: Int { max(1, min(16, sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}

extension LineScan.Result {
  fileprivate mutating func add(_ segment: LineScan.Segment, at base: Int) {
    let rows = index.count
    var skips = segment.skips[...]
    for (row, start) in segment.starts.enumerated() {
      while let skip = skips.first, skip.row <= row {
        index.skip(skip.lines, before: rows + skip.row)
        skips.removeFirst()
      }
      index.append(base + Int(start))
    }
    for skip in skips { index.skip(skip.lines, before: rows + skip.row) }
    columns.add(segment.columns)
    broken += segment.broken.map { (base + $0.start, lines + $0.line) }
    lines += segment.lines
  }
}

/// Reads segments one after the other, with buffers of its own.
private final class SegmentReader {
  private let bytes: StoredBytes
  private var parser = JSONParser()
  private var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1, alignment: 64)
  /// The bytes of the file in `buffer`; padding follows.
  private var filled = 0
  private static let padding = 64
  /// Buffers that a long line made larger than this are given back.
  private static let largeBuffer = 32 << 20

  init(_ bytes: StoredBytes) { self.bytes = bytes }
  deinit { buffer.deallocate() }

  /// The lines that begin within `range`.
  func segment(_ range: Range<Int>) throws(DataError) -> LineScan.Segment {
    if buffer.count > Self.largeBuffer {
      (parser, filled) = (JSONParser(), 0)
      grow(to: range.count + 1 + Self.padding)
    }
    // The byte before says whether a line begins with the segment.
    let base = max(0, range.lowerBound - 1)
    filled = 0
    try fill(base, to: range.upperBound - base)
    var place = 0
    if range.lowerBound > 0 {
      guard let end = lineEnd(from: 0) else { return LineScan.Segment() }
      place = end + 1
    }
    var found = LineScan.Segment()
    while base + place < range.upperBound {
      var end = lineEnd(from: place)
      while end == nil, base + filled < bytes.count, filled - place <= LineReader.longest {
        let searched = filled
        try fill(base, to: min(bytes.count - base, filled + max(1 << 20, filled)))
        end = lineEnd(from: searched)
      }
      let line = UnsafeRawBufferPointer(rebasing: buffer[place..<(end ?? filled)])
      found.lines += 1
      take(line, at: base + place - range.lowerBound, isFirst: base + place == 0, &found)
      guard let end else { break }
      place = end + 1
    }
    return found
  }

  /// Sorts in the last line of `found`, which begins at `start`.
  private func take(
    _ line: UnsafeRawBufferPointer, at start: Int, isFirst: Bool, _ found: inout LineScan.Segment
  ) {
    // The byte order mark belongs to the first line, which begins where the file does.
    let isMarked = isFirst && line.hasUTF8Mark
    let line = isMarked ? UnsafeRawBufferPointer(rebasing: line.dropFirst(3)) : line
    if line.count > LineReader.longest {
      found.skip()
      found.broken.append((start, found.lines))
      return
    }
    if line.first.map({ $0 <= 0x20 }) ?? true,
      line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D })
    {
      return found.skip()
    }
    if parser.look(at: line, &found.columns) == .unsure {
      guard let value = try? parser.parse(line, file: nil), let row = Dataset.row(value) else {
        found.skip()
        found.broken.append((start, found.lines))
        return
      }
      found.columns.add(row)
    }
    // A line begins within its segment, which is short of 4 GB.
    found.starts.append(UInt32(truncatingIfNeeded: start))
  }

  private func lineEnd(from place: Int) -> Int? {
    guard let base = buffer.baseAddress,
      let found = memchr(base + place, 0x0A, filled - place)
    else { return nil }
    return UnsafeRawPointer(found) - UnsafeRawPointer(base)
  }

  /// Reads on until `count` bytes from `base` on are in the buffer.
  private func fill(_ base: Int, to count: Int) throws(DataError) {
    grow(to: count + Self.padding)
    try bytes.read(
      UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<count]), at: base + filled)
    filled = count
    for place in count..<count + Self.padding { buffer[place] = 0 }
  }

  private func grow(to size: Int) {
    guard buffer.count < size || buffer.count > Self.largeBuffer && size <= Self.largeBuffer else {
      return
    }
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
    larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<filled]))
    buffer.deallocate()
    buffer = larger
  }
}

extension LineScan.Segment {
  /// The last line is no row.
  fileprivate mutating func skip() {
    if let last = skips.last, last.row == starts.count {
      skips[skips.count - 1].lines += 1
    } else {
      skips.append((starts.count, 1))
    }
  }
}
