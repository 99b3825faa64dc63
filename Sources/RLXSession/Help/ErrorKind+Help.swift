import RLXScript

extension ErrorKind {
  var subject: HelpSubject {
    HelpSubject(.error, rawValue, line: meaning) { page }
  }

  private var page: String {
    let caught =
      isCatchable
      ? "`try` catches it; `catch e` has e.kind == \"\(rawValue)\"."
      : "`try` does not catch it."
    return "error kind \(rawValue)\n  \(meaning)\n\n\(caught)" + HelpText.example(example)
      + "\n\nSee also  :help errors"
  }

  var meaning: String {
    switch self {
    case .syntax: "The text is not a program; nothing of it ran."
    case .name: "A name that nothing has, or that has no value yet."
    case .type: "A value of the wrong type."
    case .value: "A value of the right type that is out of range or makes no sense there."
    case .index: "A position outside a list, string, range or tensor."
    case .key: "A key that a map, dataset or log does not have."
    case .arithmetic: "Overflow, division by zero, a number that is not finite where it must be."
    case .argument: "An argument missing, unknown, given twice or one too many."
    case .assertion: "`assert` did not hold."
    case .fail: "`fail` was called."
    case .missing: "A file that is not there; a program ends with exit code 66."
    case .file: "A file or database that cannot be read, written or understood."
    case .shape: "Tensor shapes that do not fit together."
    case .host: "Something below the language failed in a way it does not know."
    case .limit: "A limit was reached: depth, nesting, counted points, size. Exit code 4."
    case .stopped: "Ctrl-C; what was done before stands."
    case .replay: "A replay came out differently than recorded. Exit code 3."
    }
  }

  /// A line that ends in such an error; nil for those that a line cannot bring about.
  var example: String? {
    switch self {
    case .syntax: "2 +* 3"
    case .name: "nothing_is_called_so"
    case .type: "1 + \"a\""
    case .value: "seed(-1)"
    case .index: "[1, 2][5]"
    case .key: "{a: 1}[\"b\"]"
    case .arithmetic: "1 / 0"
    case .argument: "plot([1], hight: 3)"
    case .assertion: "assert 1 > 2, \"order\""
    case .fail: "fail \"no tea\""
    case .missing: "read(\"nowhere.txt\")"
    case .file: "read(\"/\")"
    case .shape: "ones(2, 3) @ ones(2, 3)"
    case .limit: "fn f(n) => f(n + 1)\nf(0)"
    case .host, .stopped, .replay: nil
    }
  }
}
