import RLXScript

/// What memory the session takes at one moment. It depends on the machine, so it is shown and can be
/// asked for its numbers, but no record compares it.
package final class MemoryObject: Unchanging {
  package static let typeName = "Memory"

  /// Bytes of all tensors alive.
  package let live: Int
  /// The most of those at one time.
  package let peak: Int
  /// Bytes of the whole process in the machine's memory; nil where the system does not say.
  package let resident: Int?
  package let identity = ObjectIdentity()

  package init(live: Int, peak: Int, resident: Int?) {
    (self.live, self.peak, self.resident) = (live, peak, resident)
  }

  package var typeName: String { Self.typeName }
  package var isData: Bool { true }

  package func isEqual(to other: any HostObject) -> Bool {
    guard let other = other as? MemoryObject else { return false }
    return (live, peak) == (other.live, other.peak) && resident == other.resident
  }

  package func display(_ style: DisplayStyle) -> String { brief() }

  package func brief() -> String {
    let process = resident.map { ", process \(ByteCount.words($0))" } ?? ""
    return "tensors \(ByteCount.words(live)), at most \(ByteCount.words(peak))\(process)"
  }

  package func plain() throws -> Value? {
    .map([
      ("live", .int(live)), ("peak", .int(peak)), ("resident", resident.map { .int($0) } ?? .nil),
    ])
  }

  package func absorb(into digest: inout DigestBuilder) { digest.text(Self.typeName) }
}
