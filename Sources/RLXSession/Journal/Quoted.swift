/// Words of a mark: plain where they can be, in double quotes where they hold a space or a quote.
enum Quoted {
  static func write(_ word: String) -> String {
    let plain =
      !word.isEmpty
      && word.unicodeScalars.allSatisfy { $0.value > 0x20 && $0 != "\"" && $0 != "\\" }
    if plain { return word }
    var text = "\""
    for scalar in word.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }

  /// The words of a line; a quote may begin in the middle of a word (`by="a b"`).
  static func words(_ line: some StringProtocol) -> [String] {
    var words: [String] = []
    var current = ""
    var started = false
    var quoted = false
    var escaped = false
    for scalar in line.unicodeScalars {
      if escaped {
        current.unicodeScalars.append(scalar == "n" ? "\n" : scalar == "r" ? "\r" : scalar)
        escaped = false
      } else if quoted, scalar == "\\" {
        escaped = true
      } else if scalar == "\"" {
        quoted.toggle()
        started = true
      } else if scalar == " ", !quoted {
        if started { words.append(current) }
        (current, started) = ("", false)
      } else {
        current.unicodeScalars.append(scalar)
        started = true
      }
    }
    if started { words.append(current) }
    return words
  }
}
