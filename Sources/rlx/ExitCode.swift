/// What the process says about itself when it ends.
enum ExitCode: Int32 {
  case done = 0
  case failed = 1
  case wrongUsage = 2
  case replayDiffers = 3
  case limitReached = 4
  case syntaxError = 65
  case inputMissing = 66
  case interrupted = 130
}
