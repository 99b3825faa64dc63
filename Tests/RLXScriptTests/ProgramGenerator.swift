import RLXTestSupport

/// Writes programs at random, in as careless a layout as the language allows.
struct ProgramGenerator {
  private var random: SeededNumbers
  private var text = ""
  private var indent = ""
  /// Whether newlines mean nothing here.
  private var isBracketed = false
  private var isInFunction = false
  private var isInLoop = false

  static func program(seed: UInt64) -> String {
    var generator = ProgramGenerator(random: SeededNumbers(seed: seed))
    generator.statements(depth: 4)
    return generator.text
  }

  private init(random: SeededNumbers) { self.random = random }

  private mutating func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }
  private mutating func one(of words: [String]) -> String { words[pick(words.count)] }

  // MARK: - Layout

  private static func isWord(_ character: Character?) -> Bool {
    guard let character else { return false }
    return character.isLetter || character.isNumber || "_\"'".contains(character)
  }

  /// Writes a token behind blanks, and behind newlines and comments where `breaks` allows them.
  private mutating func emit(_ token: String, breaks: Bool = false) {
    var gap = ["", "", " ", " ", "  ", "\t"][pick(6)]
    if breaks || isBracketed {
      switch pick(12) {
      case 0: gap = "\n" + one(of: ["", " ", "     ", "\t"])
      case 1: gap = " " + comment() + "\n  "
      case 2: gap = "\n\n \n" + comment() + "  \n"
      default: break
      }
    }
    if gap.isEmpty, Self.isWord(text.last), Self.isWord(token.first) { gap = " " }
    text += gap + token
  }

  private mutating func comment() -> String {
    one(of: ["# why", "#why", "## like documentation", "#> shown", "#\tx = [1,", "# (\"unclosed"])
  }

  private mutating func endStatement() {
    switch pick(8) {
    case 0: text += one(of: [";", " ; ", ";\n", "; # quiet\n"])
    case 1: text += String(repeating: " ", count: pick(30)) + comment() + " \n"
    case 2: text += "\n\n\n\n" + indent + comment() + "\n"
    case 3: text += "\n" + one(of: ["", "   ", "\t\t"])
    case 4: text += "\r\n"
    default: text += "\n" + indent
    }
  }

  // MARK: - Statements

  private mutating func statements(depth: Int) {
    for _ in 0...(1 + pick(4)) {
      statement(depth: depth)
      endStatement()
    }
  }

  private mutating func block(depth: Int) {
    emit("{")
    let around = (isBracketed, indent)
    isBracketed = false
    indent += one(of: ["", " ", "    ", "\t"])
    if pick(5) > 0 {
      text += one(of: [" ", "\n", " # opened\n", "\n\n"])
      statements(depth: depth - 1)
    }
    (isBracketed, indent) = around
    text += "}"
  }

  private mutating func statement(depth: Int) {
    switch pick(depth > 0 ? 14 : 4) {
    case 0, 1:
      emit(name())
      emit(one(of: ["=", "+=", "-=", "*=", "/="]))
      expression(depth: depth, breaks: true)
    case 2:
      emit(name())
      emit(",")
      emit(name(), breaks: true)
      emit("=")
      expression(depth: depth, breaks: true)
    case 3, 4: operand(depth: depth)
    case 5: conditional(depth: depth)
    case 6, 7: loop(depth: depth)
    case 8: function(depth: depth)
    case 9:
      emit("try")
      block(depth: depth)
      emit("catch")
      emit(name())
      block(depth: depth)
    case 10:
      emit("assert")
      expression(depth: depth, breaks: true)
      emit(",")
      expression(depth: 0, breaks: true)
    case 11:
      emit("fail")
      expression(depth: depth, breaks: true)
    case 12:
      if isInFunction { emit("return") }
      operand(depth: depth)
    default:
      if isInLoop { emit(one(of: ["break", "continue"])) } else { operand(depth: depth) }
    }
  }

  private mutating func conditional(depth: Int) {
    emit("if")
    expression(depth: depth - 1, breaks: true)
    block(depth: depth)
    if pick(2) == 0 {
      emit("else")
      emit("if")
      expression(depth: depth - 1, breaks: true)
      block(depth: depth)
    }
    if pick(2) == 0 {
      emit("else")
      block(depth: depth)
    }
  }

  private mutating func loop(depth: Int) {
    if pick(2) == 0 {
      emit("while")
    } else {
      emit("for")
      emit(name())
      emit("in", breaks: false)
    }
    expression(depth: depth - 1, breaks: true)
    let around = isInLoop
    isInLoop = true
    block(depth: depth)
    isInLoop = around
  }

  private mutating func function(depth: Int) {
    if text.isEmpty || text.hasSuffix("\n") { text += "## Says what it does. \n" + indent }
    emit("fn")
    emit(name())
    parameters(depth: depth)
    body(depth: depth)
  }

  private mutating func parameters(depth: Int) {
    bracketed("(", ")") { generator in
      generator.emit("a")
      generator.emit(",")
      generator.emit("b")
      generator.emit("=")
      generator.expression(depth: 0)
    }
  }

  private mutating func body(depth: Int) {
    let around = (isInFunction, isInLoop)
    (isInFunction, isInLoop) = (true, false)
    if pick(2) == 0 {
      block(depth: depth)
    } else {
      emit("=>")
      expression(depth: depth - 1, breaks: true)
    }
    (isInFunction, isInLoop) = around
  }

  // MARK: - Expressions

  private mutating func name() -> String { one(of: ["x", "y1", "_z", "größe", "max_tokens", "f"]) }

  private mutating func bracketed(
    _ open: String, _ close: String, _ inside: (inout ProgramGenerator) -> Void
  ) {
    emit(open)
    let around = isBracketed
    isBracketed = true
    inside(&self)
    emit(close)
    isBracketed = around
  }

  /// Anything, as loose as it may bind.
  private mutating func expression(depth: Int, breaks: Bool = false) {
    switch pick(depth > 0 ? 6 : 1) {
    case 1:
      operand(depth: depth - 1, breaks: breaks)
      emit(
        one(of: [
          "+", "-", "*", "/", "//", "%", "@", "==", "!=", "<", "<=", "and", "or", "in", "not in",
          "..", "..=", "??", "**",
        ]))
      operand(depth: depth - 1, breaks: true)
    case 2:
      emit("not", breaks: breaks)
      operand(depth: depth - 1, breaks: true)
    case 3:
      emit("if", breaks: breaks)
      operand(depth: depth - 1, breaks: true)
      emit("then")
      operand(depth: depth - 1, breaks: true)
      emit("else")
      expression(depth: depth - 1, breaks: true)
    case 4:
      emit("fn", breaks: breaks)
      parameters(depth: depth - 1)
      body(depth: depth - 1)
    case 5:
      operand(depth: depth - 1, breaks: breaks)
      emit("|>")
      emit(name(), breaks: true)
    default: operand(depth: depth, breaks: breaks)
    }
  }

  /// What an operator may stand beside.
  private mutating func operand(depth: Int, breaks: Bool = false) {
    switch pick(depth > 0 ? 12 : 5) {
    case 0: emit(name(), breaks: breaks)
    case 1: emit(one(of: ["0", "17", "1_000", "0xff", "1.5", "2e-3"]), breaks: breaks)
    case 2: emit(string(), breaks: breaks)
    case 3: emit(one(of: ["true", "nil", "_", "false"]), breaks: breaks)
    case 4:
      emit("-", breaks: breaks)
      emit(name())
    case 5:
      bracketed("(", ")") { $0.expression(depth: depth - 1) }
    case 6:
      bracketed("[", "]") { generator in
        for _ in 0..<generator.pick(4) {
          generator.expression(depth: depth - 1)
          generator.emit(",")
        }
      }
    case 7:
      bracketed("{", "}") { generator in
        for _ in 0..<generator.pick(3) {
          generator.emit(generator.one(of: ["a", "if", "\"k k\"", "3", "not"]))
          generator.emit(":")
          generator.expression(depth: depth - 1)
          generator.emit(",")
        }
      }
    default:
      emit(name(), breaks: breaks)
      postfix(depth: depth)
    }
  }

  private mutating func postfix(depth: Int) {
    switch pick(4) {
    case 0:
      emit(".")
      emit(one(of: ["len", "in", "else", "text"]))
    case 1:
      bracketed("[", "]") { generator in
        generator.emit(generator.one(of: ["..", "0..3", "-1", "...", "1..", "..=4"]))
        generator.emit(",")
        generator.expression(depth: depth - 1)
      }
    default:
      bracketed("(", ")") { generator in
        generator.expression(depth: depth - 1)
        generator.emit(",")
        generator.emit(generator.one(of: ["n", "in", "kl_coef"]))
        generator.emit(":")
        generator.expression(depth: depth - 1)
        if generator.pick(2) == 0 { generator.emit(",") }
      }
    }
  }

  private mutating func string() -> String {
    one(of: [
      "\"a\\n # no comment\"", "'single'", "r\"raw \\ {\"", "\"in \\(x+1) \\(f( y1 ), \".2f\")\"",
      "\"\"\"\n  two\n    lines  \n  \"\"\"", "\"\"", "\"日本\"",
    ])
  }
}
