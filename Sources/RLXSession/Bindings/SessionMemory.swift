import Foundation
import RLXScript
import RLXTensor

/// `memory()`.
enum MemoryFunctions {
  static func type() -> HostType {
    HostType(
      MemoryObject.typeName, "What memory the session took at one moment.",
      properties: [
        PropertySpec("live", "Bytes of all tensors alive.", returns: "int", of: MemoryObject.self) {
          .int($0.live)
        },
        PropertySpec(
          "peak", "The most bytes of tensors alive at one time.", returns: "int",
          of: MemoryObject.self
        ) { .int($0.peak) },
        PropertySpec(
          "resident", "Bytes of the whole process in memory; nil where the system does not say.",
          returns: "int or nil", of: MemoryObject.self
        ) { $0.resident.map { .int($0) } ?? .nil },
      ], example: "m = memory()")
  }

  static var memory: FunctionSpec {
    FunctionSpec(
      "memory",
      "What memory tensors take, the most they took since the start or the last reset, and what the "
        + "process takes. It differs from machine to machine: no recorded session compares it.",
      parameters: [
        ParameterSpec(
          "reset", .bool, default: .bool(false), example: "true",
          doc: "whether the peak begins anew from here")
      ], returns: MemoryObject.typeName, example: "memory().peak > 0  #> true"
    ) { call in
      let now = MemoryObject(
        live: Engine.liveBytes, peak: Engine.peakBytes, resident: residentBytes)
      if try call.bool("reset") { Engine.resetPeak() }
      return .host(now)
    }
  }

  /// The second number of /proc/self/statm, in pages.
  private static var residentBytes: Int? {
    guard let data = FileManager.default.contents(atPath: "/proc/self/statm"),
      let text = String(validating: data, as: UTF8.self)
    else { return nil }
    let numbers = text.split(separator: " ")
    guard numbers.count > 1, let pages = Int(numbers[1]) else { return nil }
    return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
  }
}
