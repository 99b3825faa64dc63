/// Whether a text is a program as it stands.
package enum Completeness {
  case complete
  /// More text could make it one; `waitingFor` says what is missing, in words.
  case incomplete(waitingFor: String)
  case invalid(Diagnostic)
}

/// Says whether `text` is a program, the beginning of one, or neither. Names are not looked up.
///
/// The Enter key asks about the text with the newline it would add: `x = 1 +` goes on, while `prin`
/// is complete and `print x` invalid. Without that newline the last word may still be growing, so
/// that every beginning of a program is complete or incomplete.
package func classify(_ text: String) -> Completeness {
  switch Parser.parse(Source(text, name: "<text>")) {
  case .program: .complete
  case .incomplete(let missing, _): .incomplete(waitingFor: missing)
  case .invalid(let diagnostic): .invalid(diagnostic)
  }
}

/// The grammar's rules, as tests name them.
package enum Production: String, CaseIterable, Sendable {
  case assign, multipleAssign = "multiple-assign", update, function
  case ifStatement = "if", elseIf = "else-if", elseBlock = "else", forLoop = "for", forPair =
    "for-pair"
  case whileLoop = "while", returnStatement = "return", breakStatement = "break"
  case continueStatement = "continue", use, useAs = "use-as", tryCatch = "try-catch", fail
  case assertion = "assert", expressionStatement = "expression-statement", semicolon
  case placeName = "place-name", placeIndex = "place-index", placeMember = "place-member"
  case placeDiscard = "place-discard", parameter, defaultValue = "default", blockBody = "block-body"
  case arrowBody = "arrow-body", call, namedArgument = "named-argument", subscripts, member
  case method, subscriptRange = "subscript-range", ellipsis, integer, float, string, rawString =
    "raw-string"
  case tripleString = "triple-string", interpolation, format, boolean, `nil`, name
  case last = "_", parentheses, list, map, computedKey = "computed-key", functionExpression =
    "fn-expression"
  case ifExpression = "if-expression", tryExpression = "try-expression", pipe, documentation
  case trailingComma = "trailing-comma"
}
