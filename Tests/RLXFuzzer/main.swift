import Glibc
import RLXFuzzing

// One target under libFuzzer, which is linked in and driven from here; `RLX_FUZZ` names the target,
// `RLX_FUZZ_SEEDS` the folder its seeds go to.

private func value(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

guard let target = FuzzTarget.named(value("RLX_FUZZ") ?? "") else {
  for target in FuzzTarget.all { print(target.name) }
  exit(64)
}

if let folder = value("RLX_FUZZ_SEEDS") {
  for (place, seed) in target.seeds().enumerated() {
    guard let file = fopen("\(folder)/seed-\(place)", "wb") else { continue }
    fwrite(seed, 1, seed.count, file)
    fclose(file)
  }
}

/// The target, where a C function can reach it: libFuzzer calls from this thread only.
enum Chosen {
  nonisolated(unsafe) static var target: FuzzTarget?
}
Chosen.target = target

private typealias Input = @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ values: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ input: Input
) -> CInt

private var count = CommandLine.argc
private var values = CommandLine.unsafeArgv
exit(
  runDriver(&count, &values) { bytes, count in
    Chosen.target?.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
  })
