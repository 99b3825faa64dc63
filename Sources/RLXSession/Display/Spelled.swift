/// Signs of formulas and typography in letters that every terminal and voice has.
enum Spelled {
  /// `text` with each of the signs below spelled out; other text stays as it is.
  static func out(_ text: String) -> String {
    var result = ""
    for character in text { result += signs[character] ?? String(character) }
    return result
  }

  private static let signs: [Character: String] = [
    "π": "pi", "σ": "sigma", "Σ": "sum", "ρ": "ratio", "δ": "delta", "Δ": "Delta", "γ": "gamma",
    "λ": "lambda", "β": "beta", "ε": "epsilon", "√": "sqrt", "½": "1/2 ", "²": "^2", "·": " * ",
    "±": "+-", "≥": ">=", "≤": "<=", "…": "...", "→": "->", "×": "x", "−": "-", "m̂": "m_hat",
    "v̂": "v_hat",
  ]
}
