/// What people write out of habit from other languages, and what rlx writes instead.
package enum Hint: String, CaseIterable, Sendable {
  case `let`, `var`, def, elif, none = "None", `true` = "True", `false` = "False", null, lambda
  case formatString = "f\"…\""
  case doubleAmpersand = "&&"
  case doubleBar = "||"
  case exclamation = "!"
  case typedParameter = "fn f(n: int)"
  case printStatement = "print x"
  case `import`
  case ternary = "a if c else b"
  case leadingDot = ". at the start of a line"
  case leadingPipe = "|> at the start of a line"
  case chainedComparison = "a < b < c"
  case blockColon = "if c:"
  case increment = "x++"
  case listCall = "list(x)"

  package var message: String {
    switch self {
    case .let, .var: "rlx has no `\(rawValue)`: assignment makes a name"
    case .def: "rlx has no `def`"
    case .elif: "rlx has no `elif`"
    case .none, .null: "`\(rawValue)` is written nil"
    case .true, .false: "`\(rawValue)` is written \(rawValue.lowercased())"
    case .lambda: "rlx has no `lambda`"
    case .formatString: "strings need no `f`"
    case .doubleAmpersand: "`&&` is written and"
    case .doubleBar: "`||` is written or"
    case .exclamation: "`!` is written not"
    case .typedParameter: "parameters have no types"
    case .printStatement: "a call needs parentheses"
    case .import: "rlx has no `import`"
    case .ternary: "`if` comes first"
    case .leadingDot: "a line cannot begin with `.`"
    case .leadingPipe: "a line cannot begin with `|>`"
    case .chainedComparison: "comparisons do not chain"
    case .blockColon: "a block stands in braces"
    case .increment: "rlx has no `++`"
    case .listCall: "rlx has no function `list`"
    }
  }

  package var remedy: String {
    switch self {
    case .let, .var: "x = 1"
    case .def: "fn f(x) { … }"
    case .elif: "} else if c { … }"
    case .none, .null: "nil"
    case .true, .false: rawValue.lowercased()
    case .lambda: "fn(x) => x + 1"
    case .formatString: #""…\(x)…""#
    case .doubleAmpersand: "a and b"
    case .doubleBar: "a or b"
    case .exclamation: "not x"
    case .typedParameter: "fn f(n)"
    case .printStatement: "print(x)"
    case .import: #"use "file.rlx""#
    case .ternary: "if c then a else b"
    case .leadingDot: "end the line above with the `.`"
    case .leadingPipe: "end the line above with the `|>`"
    case .chainedComparison: "a < b and b < c"
    case .blockColon: "if c { … }"
    case .increment: "x += 1"
    case .listCall: "x.list(), or [1, 2, 3]"
    }
  }

  /// The hint for reading a name that other languages have.
  static func forName(_ name: String) -> Hint? {
    switch name {
    case "None": Hint.none
    case "True": .true
    case "False": .false
    case "null", "NULL", "undefined": .null
    case "list": .listCall
    default: nil
    }
  }
}
