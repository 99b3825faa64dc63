import Foundation

/// How the engine's threads wait between two pieces of work.
///
/// libgomp's default is to spin for milliseconds, which on a machine that does anything else beside
/// makes a training step many times slower; a short spin costs an idle machine nothing measurable.
/// libgomp reads the setting when it is loaded, before `main`, so the program starts itself once
/// more with it. Whoever sets `OMP_WAIT_POLICY` or `GOMP_SPINCOUNT` keeps their choice.
enum TeamSettings {
  static let spinCount = "1000"

  static func apply() {
    let environment = ProcessInfo.processInfo.environment
    guard environment["OMP_WAIT_POLICY"] == nil, environment["GOMP_SPINCOUNT"] == nil else {
      return
    }
    setenv("GOMP_SPINCOUNT", spinCount, 1)
    // On success this does not return; without /proc the program goes on as it is.
    execv("/proc/self/exe", CommandLine.unsafeArgv)
  }
}
