/// One host function: the table entry that serves argument checking, did-you-mean, completion,
/// help and the reference documentation.
package struct FunctionSpec {
  package let name: String
  /// The type a method or constructor belongs to. Set by `HostType`.
  package internal(set) var owner: String?
  /// One line.
  package let doc: String
  package let parameters: [ParameterSpec]
  package let effects: FunctionEffects
  /// What it returns, in words: `list of Completion`.
  package let returns: String
  /// A line of rlx, or several; what they show stands behind `#>`, as in the documentation.
  package let example: String?
  package let body: (Call) throws -> Value

  package init(
    _ name: String, _ doc: String, parameters: [ParameterSpec] = [],
    effects: FunctionEffects = [], returns: String = "nil", example: String? = nil,
    body: @escaping (Call) throws -> Value
  ) {
    self.name = name
    self.doc = doc
    self.parameters = parameters
    self.effects = effects
    self.returns = returns
    self.example = example
    self.body = body
  }

  /// `Model.generate`, or the bare name of a free function or constructor.
  package var qualifiedName: String {
    if let owner, owner != name { "\(owner).\(name)" } else { name }
  }

  /// `generate(prompts, max_tokens: 40, …)`
  package var signature: String {
    "\(name)(\(parameters.map(\.signature).joined(separator: ", ")))"
  }

  /// The signature as an error shows it: of many parameters only those that must be given.
  package var shortSignature: String {
    guard signature.utf8.count > 100 else { return signature }
    let required = parameters.filter(\.isRequired).map(\.signature)
    return
      "\(name)(\((required + ["…"]).joined(separator: ", "))), ?\(qualifiedName) lists the rest"
  }
}

/// What calling a function does beyond returning a value.
package struct FunctionEffects: OptionSet, Sendable {
  package let rawValue: Int
  package init(rawValue: Int) { self.rawValue = rawValue }

  /// Takes a number for drawing at random.
  package static let draws = FunctionEffects(rawValue: 1)
  /// Changes its receiver. The interpreter reports the receiver to `Effects.touch` before the call.
  package static let mutates = FunctionEffects(rawValue: 2)
  package static let reads = FunctionEffects(rawValue: 4)
  package static let writes = FunctionEffects(rawValue: 8)
  /// Asks a human.
  package static let asks = FunctionEffects(rawValue: 16)
  package static let prints = FunctionEffects(rawValue: 32)

  /// The effects in words, for help.
  package var names: [String] {
    let all: [(FunctionEffects, String)] = [
      (.draws, "draws"), (.mutates, "mutates"), (.reads, "reads"), (.writes, "writes"),
      (.asks, "asks"), (.prints, "prints"),
    ]
    return all.filter { contains($0.0) }.map(\.1)
  }
}
