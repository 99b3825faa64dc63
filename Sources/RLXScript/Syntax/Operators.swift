/// The operators between two operands, loosest first.
package enum BinaryOperator: String, CaseIterable, Sendable {
  case pipe = "|>"
  case or
  case and
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case `in`
  case notIn = "not in"
  case coalesce = "??"
  case rangeUpTo = ".."
  case rangeThrough = "..="
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case floorDivide = "//"
  case remainder = "%"
  case matrixMultiply = "@"
  case power = "**"

  /// How tightly it binds; `not` stands between `and` and the comparisons, unary minus between the
  /// products and `**`.
  var precedence: Int {
    switch self {
    case .pipe: 1
    case .or: 2
    case .and: 3
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .in, .notIn: 5
    case .coalesce: 6
    case .rangeUpTo, .rangeThrough: 7
    case .add, .subtract: 8
    case .multiply, .divide, .floorDivide, .remainder, .matrixMultiply: 9
    case .power: 11
    }
  }

  var isComparison: Bool { precedence == 5 }
  static let precedenceOfNot = 4
  static let precedenceOfMinus = 10
  static let precedenceOfSum = 8
}

package enum UnaryOperator: String, CaseIterable, Sendable {
  case negate = "-"
  case not
}

/// `place op value`.
package enum AssignmentOperator: String, CaseIterable, Sendable {
  case set = "="
  case add = "+="
  case subtract = "-="
  case multiply = "*="
  case divide = "/="

  /// What is computed before assigning; nil for `=`.
  var operation: BinaryOperator? {
    switch self {
    case .set: nil
    case .add: .add
    case .subtract: .subtract
    case .multiply: .multiply
    case .divide: .divide
    }
  }
}
