/// What sort of thing went wrong. The word is the error's `kind` in the language.
package enum ErrorKind: String, CaseIterable, Sendable {
  /// The text is not a program.
  case syntax
  /// A name nothing is known by, or that has no value yet.
  case name
  /// A value of the wrong type.
  case type
  /// A value of the right type that is out of range or makes no sense there.
  case value
  /// A position outside a list, string, range or tensor.
  case index
  /// A key that a map does not have.
  case key
  /// Overflow, division by zero, a number that is not finite where it must be.
  case arithmetic
  /// An argument missing, unknown, given twice or one too many.
  case argument
  /// `assert` did not hold.
  case assertion
  /// `fail`.
  case fail
  /// A file that is not there.
  case missing
  /// A file or database that cannot be read, written or understood.
  case file
  /// Tensor shapes that do not fit together.
  case shape
  /// Anything else a host object reports.
  case host
  /// A limit was reached: depth, nesting, counted points, size.
  case limit
  /// Ctrl-C.
  case stopped
  /// A replay came out differently.
  case replay

  /// Whether `try` catches it: limits, Ctrl-C and replay differences pass through.
  package var isCatchable: Bool {
    switch self {
    case .limit, .stopped, .replay: false
    case .syntax, .name, .type, .value, .index, .key, .arithmetic, .argument, .assertion, .fail,
      .missing, .file, .shape, .host:
      true
    }
  }
}
