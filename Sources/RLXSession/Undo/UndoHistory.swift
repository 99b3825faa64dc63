/// What can be undone: for each statement of the session the state before it, the newest last.
///
/// States share their memory with the session and with one another as far as nothing changed. What
/// is beyond the limit goes to disk, the oldest first; what is beyond the disk is let go, and comes
/// back by running the statements again.
final class UndoHistory {
  struct Step {
    /// The state before the statement; nil where it was let go.
    fileprivate(set) var state: SessionState?
    let chain: DigestChain
    /// The files it wrote.
    let written: [String]
    /// Of a state let go, what lies in files that only grow.
    fileprivate(set) var files: [SessionState.Part] = []
    /// Bytes of memory that nothing but this state and older ones keep.
    fileprivate var memory = 0
  }

  /// A statement taken back, which can be done again as long as nothing new is typed.
  struct Undone {
    let entry: SessionEntry
    let step: Step
    /// The state after it; nil where it was let go.
    let after: SessionState?
  }

  private(set) var steps: [Step] = []
  /// The next to be done again last.
  private(set) var undone: [Undone] = []
  /// Whether something was undone that new input made impossible to do again.
  private(set) var forgotten = false
  var memoryLimit: Int { didSet { keepWithinLimits(nil) } }
  var diskLimit: Int { didSet { keepWithinLimits(nil) } }
  var walk = ObjectWalk()
  private let folder: String
  private var files: [WeakFile] = []

  private struct WeakFile { weak var file: SpillFile? }

  init(memoryLimit: Int, diskLimit: Int, folder: String) {
    self.memoryLimit = memoryLimit
    self.diskLimit = diskLimit
    self.folder = folder
  }

  // MARK: Steps

  /// The newest state, with which a new one shares what it can.
  var newest: SessionState? { steps.last?.state }

  /// Takes note of the session as it is before a new statement.
  func settle(_ now: SessionState) {
    forgotten = forgotten || !undone.isEmpty
    undone = []
    guard let last = steps.indices.last, let state = steps[last].state else { return }
    steps[last].memory = state.bytes(notIn: now)
    keepWithinLimits(now)
  }

  func push(_ state: SessionState, chain: DigestChain, written: [String]) {
    steps.append(Step(state: state, chain: chain, written: written))
  }

  /// Takes the newest statements back, all from `target` on; `now` is the state they led to.
  func takeBack(_ entries: ArraySlice<SessionEntry>, now: SessionState) {
    let target = entries.startIndex
    forgotten = false
    for index in entries.indices.reversed() {
      let after = index + 1 < steps.count ? steps[index + 1].state : now
      undone.append(Undone(entry: entries[index], step: steps[index], after: after))
    }
    steps.removeSubrange(target...)
  }

  /// Does the next `count` statements again.
  func bringBack(_ count: Int) {
    for undone in undone.suffix(count).reversed() { steps.append(undone.step) }
    undone.removeLast(count)
  }

  /// The newest state that is kept at or before a statement. The first never goes: it is empty.
  func nearest(_ index: Int) -> (index: Int, state: SessionState)? {
    for place in (0...index).reversed() {
      if let state = steps[place].state { return (place, state) }
    }
    return nil
  }

  // MARK: Limits

  /// Bytes that undo alone keeps in memory and on disk.
  var memory: Int { steps.reduce(0) { $0 + $1.memory } }
  var disk: Int { files.reduce(0) { $0 + ($1.file?.size ?? 0) } }
  /// How many states were let go.
  var letGo: Int { steps.count { $0.state == nil } }

  private func keepWithinLimits(_ now: SessionState?) {
    while memory > memoryLimit, let oldest = steps.firstIndex(where: { $0.memory > 0 }) {
      let next = oldest + 1 < steps.count ? steps[oldest + 1].state : now
      guard let next else { return }
      toDisk(oldest, beside: next)
    }
    while disk > diskLimit,
      let oldest = steps.indices.dropFirst().first(where: { steps[$0].state != nil })
    {
      drop(oldest)
    }
  }

  private func toDisk(_ index: Int, beside next: SessionState) {
    defer { steps[index].memory = 0 }
    guard let state = steps[index].state else { return }
    do {
      try state.spill(to: try file(), beside: next)
      if state.hasGraph(notIn: next) { drop(index) }
    } catch {
      for older in 1...max(1, index) where older < steps.count { drop(older) }
    }
  }

  private func drop(_ index: Int) {
    guard index > 0 else { return }
    steps[index].files = steps[index].state?.parts.filter { $0.state.withdraw != nil } ?? []
    steps[index].state = nil
    steps[index].memory = 0
  }

  /// Where to write next: a new file from time to time, so that old ones can go.
  private func file() throws -> SpillFile {
    files.removeAll { $0.file == nil }
    if let file = files.last?.file, file.size < Self.fileSize { return file }
    let file = try SpillFile(in: folder)
    files.append(WeakFile(file: file))
    return file
  }

  private static let fileSize = 256 << 20
}
