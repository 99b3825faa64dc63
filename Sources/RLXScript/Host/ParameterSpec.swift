/// One parameter of a host function.
package struct ParameterSpec {
  package let name: String
  package let type: ValueType
  /// The numbers allowed.
  package let range: NumberRange?
  /// The strings allowed; empty allows any.
  package let choices: [String]
  package let defaultValue: Value?
  /// Whether it may be left out though it has no default; nil then counts as left out.
  package let isOptional: Bool
  /// Whether it takes all further positional arguments.
  package let isRest: Bool
  /// Other spellings accepted for it.
  package let aliases: [String]
  /// What a value looks like, for the remedy of an error.
  package let example: String?
  /// What it is mostly set to, narrower than what is allowed: `0.01 to 0.2`. Empty where nobody can say.
  package let usual: String
  /// What it is counted in: `nats`, `tokens`. Empty for a pure number.
  package let unit: String
  package let doc: String

  package init(
    _ name: String, _ type: ValueType, range: NumberRange? = nil, choices: [String] = [],
    default defaultValue: Value? = nil, optional: Bool = false, rest: Bool = false,
    aliases: [String] = [], example: String? = nil, usual: String = "", unit: String = "",
    doc: String
  ) {
    self.name = name
    self.type = type
    self.range = range
    self.choices = choices
    self.defaultValue = defaultValue
    isOptional = optional
    isRest = rest
    self.aliases = aliases
    self.example = example
    self.usual = usual
    self.unit = unit
    self.doc = doc
  }

  package var isRequired: Bool { defaultValue == nil && !isOptional && !isRest }

  /// `max_tokens: 40`, `prompt`, `stop?`, `values…`
  package var signature: String {
    if isRest { return "\(name)…" }
    if let defaultValue { return "\(name): \(defaultValue.shown)" }
    return isOptional ? "\(name)?" : name
  }

  /// What is wanted, in words: `a number ≥ 0`.
  package var wanted: String {
    if !choices.isEmpty {
      return "one of " + choices.map { Value.string($0).shown }.joined(separator: ", ")
    }
    return type.description + (range.map { " \($0.description)" } ?? "")
  }

  /// How to write it well: `kl_coef: 0.05`.
  package var remedy: String? {
    if let example { return "\(name): \(example)" }
    if let defaultValue, !defaultValue.isNil { return "\(name): \(defaultValue.shown)" }
    if let choice = choices.first { return "\(name): \(Value.string(choice).shown)" }
    return nil
  }
}

/// The numbers a parameter allows.
package struct NumberRange: CustomStringConvertible, Sendable {
  package let description: String
  package let contains: @Sendable (Double) -> Bool

  package static func atLeast(_ low: Double) -> NumberRange {
    NumberRange(description: "≥ \(plain(low))") { $0 >= low }
  }
  package static func above(_ low: Double) -> NumberRange {
    NumberRange(description: "> \(plain(low))") { $0 > low }
  }
  /// Both ends included.
  package static func between(_ low: Double, _ high: Double) -> NumberRange {
    NumberRange(description: "from \(plain(low)) to \(plain(high))") { $0 >= low && $0 <= high }
  }
  /// `low` excluded, `high` included.
  package static func above(_ low: Double, upTo high: Double) -> NumberRange {
    NumberRange(description: "> \(plain(low)) and ≤ \(plain(high))") { $0 > low && $0 <= high }
  }
  /// `low` included, `high` excluded.
  package static func atLeast(_ low: Double, below high: Double) -> NumberRange {
    NumberRange(description: "≥ \(plain(low)) and < \(plain(high))") { $0 >= low && $0 < high }
  }

  private static func plain(_ number: Double) -> String {
    Int(exactly: number).map(String.init) ?? "\(number)"
  }
}
