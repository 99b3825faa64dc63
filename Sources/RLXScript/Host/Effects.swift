/// Everything a program does to the world goes through here.
package protocol Effects: AnyObject {
  /// Writes program output; `text` carries its own newline.
  func print(_ text: String) throws
  /// Shows a warning, which is no part of the output.
  func warn(_ text: String)
  /// Called at every counted point; throws to stop the program.
  func point() throws
  /// The file that `use` names, relative to the file that says so. `Source.path` must be the same
  /// for two spellings of one file.
  func source(_ path: String, usedBy source: Source) throws -> Source
  /// A host object is about to be changed, or was made.
  func touch(_ object: any HostObject)
}

extension Effects {
  package func warn(_ text: String) {}
  package func point() throws {}
  package func touch(_ object: any HostObject) {}
  package func source(_ path: String, usedBy source: Source) throws -> Source {
    throw Fault(.missing, "use: no file \"\(path)\"")
  }
}

/// What a program may use up before it ends with an error of kind `limit`.
package struct Limits: Sendable {
  /// Calls inside one another.
  package var calls = 1000
  /// Counted points: calls and loop turns. nil counts without end, as at the prompt.
  package var points: Int?
  /// Containers inside one another.
  package var depth = 1000
  /// Bytes of stack between a statement and a call inside it. Calls that each need an uncommon
  /// amount (long expressions, deep data) reach this before `calls`.
  package var stack = 400 << 20
  /// Elements of one list, or bytes of one string.
  package var size = 50_000_000

  package init(points: Int? = nil) { self.points = points }
}

/// The limits by name, and those of the parser.
package enum Limit: String, CaseIterable, Sendable {
  /// Brackets, blocks and prefixes inside one another.
  case nesting
  /// Operators or postfixes in a row in one expression.
  case chain
  case calls, points, depth, size
  /// Files that `use` one another.
  case uses

  static let nestingAllowed = 64
  static let chainAllowed = 300
  static let usesAllowed = 64

  var fault: Fault { fault(nil) }

  /// The error of reaching it; `allowed` names the number.
  func fault(_ allowed: Int?) -> Fault {
    let number = allowed.map(grouped) ?? ""
    return switch self {
    case .nesting:
      Fault(
        .limit, "nested more than \(Self.nestingAllowed) deep",
        remedy: "give the inner part a name, or put it into a function")
    case .chain:
      Fault(
        .limit, "more than \(Self.chainAllowed) operators or calls in one expression",
        remedy: "split it into several statements")
    case .calls:
      Fault(
        .limit, "calls nested more than \(number) deep",
        remedy: "does the function that calls itself come to an end?")
    case .points:
      Fault(
        .limit, "more than \(number) calls and loop turns",
        remedy: "allow more with --max-steps")
    case .depth: Fault(.limit, "values nested more than \(number) deep")
    case .size: Fault(.limit, "larger than \(number) elements or bytes")
    case .uses: Fault(.limit, "files use one another more than \(Self.usesAllowed) deep")
    }
  }
}

/// `1000000` as `1,000,000`.
func grouped(_ number: Int) -> String {
  var digits = Array(String(number.magnitude))
  var position = digits.count - 3
  while position > 0 {
    digits.insert(",", at: position)
    position -= 3
  }
  return (number < 0 ? "-" : "") + String(digits)
}
