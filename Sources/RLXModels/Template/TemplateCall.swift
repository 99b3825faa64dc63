import RLXData

/// The values a function, filter or test is called with.
struct TemplateCall {
  /// What errors call it.
  let name: String
  let place: TemplatePlace
  var positional: [TemplateValue]
  var named: [(name: String, value: TemplateValue)]

  /// The argument at a place or of a name, nil if it is not given.
  func value(_ at: Int, _ name: String) -> TemplateValue? {
    at < positional.count
      ? positional[at] : named.first { $0.name.isExactly(name) }?.value
  }

  /// Throws for arguments beyond these names.
  func takes(_ names: String...) throws(TemplateError) {
    guard positional.count <= names.count else {
      throw wrong("\(positional.count) arguments, where there are \(names.count)")
    }
    for (index, argument) in named.enumerated() {
      guard let at = names.firstIndex(where: { $0.isExactly(argument.name) }) else {
        throw wrong("no argument \(argument.name)")
      }
      guard at >= positional.count, !named[..<index].contains(where: { $0.name == argument.name })
      else { throw wrong("\(argument.name) given twice") }
    }
  }

  func wrong(_ found: String) -> TemplateError {
    TemplateError(.type("\(name): \(found)"), at: place)
  }

  /// The call without its first argument, under another name.
  func rest(_ name: String) -> TemplateCall {
    TemplateCall(
      name: name, place: place, positional: Array(positional.dropFirst()), named: named)
  }

  // MARK: - Arguments of a kind

  func need(_ at: Int, _ name: String) throws(TemplateError) -> TemplateValue {
    guard let value = self.value(at, name) else { throw wrong("the argument \(name) is missing") }
    return value
  }

  func string(_ at: Int, _ name: String) throws(TemplateError) -> String? {
    switch value(at, name) {
    case nil, .some(.none): return nil
    case .string(let text): return text
    case .some(let other): throw wrong("\(name) is \(other.described)")
    }
  }

  func int(_ at: Int, _ name: String) throws(TemplateError) -> Int? {
    switch value(at, name) {
    case nil, .some(.none): return nil
    case .some(let value):
      guard case .int(let number)? = value.number else {
        throw wrong("\(name) is \(value.described)")
      }
      return number
    }
  }

  func bool(_ at: Int, _ name: String, _ standard: Bool = false) -> Bool {
    value(at, name)?.isTrue ?? standard
  }
}
