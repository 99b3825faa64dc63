import CKernels

/// Somebody who may want long work on this thread to end: asked while a pass through a network goes on,
/// and told where it ends, which is a counted point.
///
/// Within a pass, products and attention are left out once somebody wants to stop. What the pass gives is
/// then no result, and no one sees it: `pass` returns nil. A replay of the stop does the whole work, throws
/// it away at the same point, and so comes to the same state.
package final class PassWatch {
  private let wantsStop: () -> Bool
  private let stopsAfterPass: () -> Bool
  private var depth = 0

  /// `wantsStop` is asked often; `stopsAfterPass` counts the end of a pass, and says whether work stops
  /// there.
  package init(wantsStop: @escaping () -> Bool, stopsAfterPass: @escaping () -> Bool) {
    self.wantsStop = wantsStop
    self.stopsAfterPass = stopsAfterPass
  }

  /// The watch over this thread, if there is one.
  package static var current: PassWatch? {
    get {
      ck_thread_watch().pointee.map { Unmanaged<PassWatch>.fromOpaque($0).takeUnretainedValue() }
    }
    set {
      let place = ck_thread_watch()
      let old = place?.pointee
      place?.pointee = newValue.map {
        UnsafeMutableRawPointer(Unmanaged.passRetained($0).toOpaque())
      }
      if let old { Unmanaged<PassWatch>.fromOpaque(old).release() }
    }
  }

  /// Whether work may be left out: in a pass whose result nobody will see.
  static var skipsWork: Bool {
    guard let watch = current, watch.depth > 0 else { return false }
    return watch.wantsStop()
  }

  /// What `work` gives; nil where it is to be thrown away, with whatever it changed.
  package static func pass<Result, Failure: Error>(
    _ work: () throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    guard let watch = current else { return try work() }
    watch.depth += 1
    defer { watch.depth -= 1 }
    let result = try work()
    return watch.stopsAfterPass() ? nil : result
  }
}
