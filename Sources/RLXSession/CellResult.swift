/// How a cell, a file or a replay ended. What went wrong has been shown on the console already.
package enum CellResult: Equatable, Sendable {
  /// Every statement ran.
  case done
  /// The script said `exit(code)`.
  case exited(Int32)
  /// A statement failed, was stopped, or came out differently than recorded.
  case failed(ExitCode)

  package var exitStatus: Int32 {
    switch self {
    case .done: ExitCode.done.rawValue
    case .exited(let code): code
    case .failed(let code): code.rawValue
    }
  }
}
