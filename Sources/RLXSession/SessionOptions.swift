import Foundation
import RLXHub
import RLXTensor

/// How a session is to run; all of it is known before the first statement.
package struct SessionOptions: Sendable {
  /// The version of rlx, as `--version` and session files say it.
  package static let version = "0.1.0"

  package var seed: UInt64 = 0
  /// Threads of the engine; nil for one a core. Results do not depend on it.
  package var threads: Int?
  /// What `args` holds.
  package var arguments: [String] = []
  /// Whether values of expression statements are not shown (`--quiet`).
  package var quiet = false
  /// How what is shown is written.
  package var format = OutputFormat.text
  /// How the reader can see what a display leaves out (`:last shows all`); nil where there is no way.
  package var hint: String?
  /// Counted points a run may take before it is stopped as endless.
  package var maxSteps = 1_000_000_000
  /// Where a session file is written as the session happens; nil for none.
  package var journal: String?
  /// The folder in which shells keep their journals, for `:load --recover`.
  package var journalFolder: String?
  /// Whether what runs can be undone: at the prompt.
  package var keepsUndo = false
  /// Bytes of memory that undo may keep beyond what the session itself needs; then it goes to disk.
  package var undoMemory = 1_000_000_000
  /// Bytes on disk that undo may keep; beyond, statements are run again.
  package var undoDisk = 8_000_000_000
  /// Whether the journal keeps what `replay --rtol` compares (`--portable`).
  package var isPortable = false
  /// How far floats of a replay may lie from the record, relative to them; nil: not a bit.
  package var replayTolerance: Double?
  /// Where a replay looks for inputs besides the working directory and the session file's folder.
  package var replayRoot: String?
  /// Where models of a hub are kept and asked for; nil for what the environment says.
  package var hub: HubSettings?

  /// The commands of the prompt, so that help knows them.
  package var commands: [CommandHelp] = []

  package init() {}

  /// What a session file says of the machine: its system, processor and kernels.
  package static var header: SessionHeader {
    SessionHeader(
      version: version, machine: "linux-x86_64 \(Engine.instructionSet)",
      engine: "onednn \(Engine.productLibraryVersion)")
  }

  /// Where a shell keeps what outlives it: `$XDG_STATE_HOME/rlx`, else `~/.local/state/rlx`.
  ///
  /// `HOME` before the user's entry in the password file, as every shell has it.
  package static var stateFolder: String {
    let environment = ProcessInfo.processInfo.environment
    if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") { return state + "/rlx" }
    let home = environment["HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? NSHomeDirectory()
    return home + "/.local/state/rlx"
  }

  /// The folder for journals of shells that were told no other.
  package static var defaultJournalFolder: String { stateFolder + "/sessions" }
}
