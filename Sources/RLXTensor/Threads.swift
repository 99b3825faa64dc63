import CKernels

/// Settings of the whole engine: its one team of threads, which oneDNN and the kernels share, and the
/// instruction set of the kernels. Results do not depend on the number of threads.
package enum Engine {
  /// Threads in the team, at least 1; as many as the machine has cores (or OMP_NUM_THREADS) at first.
  package static var threads: Int {
    get { Int(ck_threads()) }
    set { ck_set_threads(Int32(clamping: newValue)) }
  }

  /// "baseline", "avx2" or "avx512": the widest the processor has, unless RLX_ISA names less.
  package static var instructionSet: String { String(cString: ck_isa()) }

  /// Uses the named instruction set in this thread from now on; false where this processor lacks it.
  /// For tests.
  package static func use(instructionSet name: String) -> Bool { ck_set_isa(name) }
}
