import Foundation

/// A run of a program without a terminal: its output and how it ended.
package struct Command: Sendable {
  package var output: String
  package var errors: String
  package var code: Int32

  /// The program under test, which the build puts beside the tests' own executable.
  package static let rlx: String = URL(fileURLWithPath: "/proc/self/exe")
    .resolvingSymlinksInPath().deletingLastPathComponent().appendingPathComponent("rlx").path

  /// Runs `executable` to its end. Ends it after `limit`; the code is then that of the signal.
  package static func run(
    _ arguments: [String], executable: String = rlx, input: String = "",
    environment: [String: String] = [:], folder: String? = nil, limit: Duration = .seconds(60)
  ) throws -> Command {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.environment = environment
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    // Files, not pipes: nothing to drain, so nothing can fill up and block.
    let scratch = try ScratchFolder()
    let (output, errors) = (scratch.file("output"), scratch.file("errors"))
    try input.write(toFile: scratch.file("input"), atomically: false, encoding: .utf8)
    for file in [output, errors] { try Data().write(to: URL(fileURLWithPath: file)) }
    process.standardInput = FileHandle(forReadingAtPath: scratch.file("input"))
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardError = FileHandle(forWritingAtPath: errors)
    try process.run()
    let deadline = ContinuousClock.now + limit
    while process.isRunning {
      if ContinuousClock.now > deadline { kill(process.processIdentifier, SIGKILL) }
      usleep(2_000)
    }
    let code = process.terminationStatus
    return Command(
      output: try String(contentsOfFile: output, encoding: .utf8),
      errors: try String(contentsOfFile: errors, encoding: .utf8),
      code: process.terminationReason == .exit ? code : 128 + code)
  }
}

/// A folder that goes away with its owner.
package final class ScratchFolder {
  package let path: String

  package init() throws {
    path = NSTemporaryDirectory() + "rlx-tests-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  package func file(_ name: String) -> String { path + "/" + name }

  /// Writes a file into the folder and returns its path.
  @discardableResult
  package func write(_ text: String, to name: String) throws -> String {
    try text.write(toFile: file(name), atomically: true, encoding: .utf8)
    return file(name)
  }
}
