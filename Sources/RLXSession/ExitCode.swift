/// What the program tells the one who started it.
package enum ExitCode: Int32, Equatable, Sendable {
  case done = 0
  case programError = 1
  case usage = 2
  case replayDiffers = 3
  case limitReached = 4
  case syntaxError = 65
  case inputMissing = 66
  case interrupted = 130
}
