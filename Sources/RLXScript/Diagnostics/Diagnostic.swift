/// An error of a program: what went wrong, where, what to try, and through which calls.
///
/// Unchecked because `Error` asks for `Sendable` while `data` may hold objects of the interpreter:
/// whoever takes a diagnostic to another thread leaves its `data` alone there.
package struct Diagnostic: Error, @unchecked Sendable {
  package var kind: ErrorKind
  /// What was given and what was wanted, in one line.
  package var message: String
  package var place: Place?
  /// What to write instead.
  package var remedy: String?
  /// The script functions the error came through, innermost first.
  package var trail: [TrailEntry] = []
  /// What `fail` was given, if more than a message.
  package var data: Value?
  /// Further errors found in the same pass, such as other unknown names.
  package var others: [Diagnostic] = []

  package init(
    _ kind: ErrorKind, _ message: String, at place: Place? = nil, remedy: String? = nil,
    data: Value? = nil
  ) {
    self.kind = kind
    self.message = message
    self.place = place
    self.remedy = remedy
    self.data = data
  }
}

/// One call an error came through: the function, and where it was called.
package struct TrailEntry: Sendable {
  package let function: String
  package let place: Place?

  package init(function: String, place: Place?) {
    self.function = function
    self.place = place
  }
}

/// An error raised where no place is known; the call or operation it comes out of adds the place.
package protocol HostError: Error {
  var kind: ErrorKind { get }
  var message: String { get }
  var remedy: String? { get }
  /// The parameter at fault: the error then points at that argument.
  var parameter: String? { get }
  /// An error of the script that this one only carries through layers that know no scripts: it is what
  /// is reported.
  var carried: (any Error)? { get }
}

extension HostError {
  package var carried: (any Error)? { nil }
}

/// The plain `HostError`.
package struct Fault: HostError {
  package var kind: ErrorKind
  package var message: String
  package var remedy: String?
  package var parameter: String?

  package init(
    _ kind: ErrorKind, _ message: String, remedy: String? = nil, parameter: String? = nil
  ) {
    self.kind = kind
    self.message = message
    self.remedy = remedy
    self.parameter = parameter
  }
}

/// `exit(code)`: unwinds the whole program. Not an error, so `try` does not see it.
package struct Exit: Error {
  package let code: Int
}
