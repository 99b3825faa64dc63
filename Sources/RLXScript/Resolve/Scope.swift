/// The names of one function, or of the top level, while it is resolved.
final class Scope {
  /// nil at the top level.
  let function: FunctionSyntax?
  let parent: Scope?
  /// The function's own names in the order of first mention.
  private(set) var variables: [LocalVariable] = []
  private var index: [String: LocalVariable] = [:]
  private var captureIndex: [String: Int] = [:]
  /// The names of the `for` loops around what is being resolved.
  var loopNames: [String] = []

  init(_ function: FunctionSyntax?, parent: Scope?) {
    self.function = function
    self.parent = parent
  }

  func declare(_ name: String) {
    guard name != "_", index[name] == nil else { return }
    let variable = LocalVariable(name)
    index[name] = variable
    variables.append(variable)
  }

  func variable(_ name: String) -> LocalVariable? { index[name] }

  /// Hands the binding of `name` to `use` if it is a variable of this function or of one around it;
  /// false if it can only be global.
  func bind(_ name: String, _ use: @escaping (Binding) -> Void) -> Bool {
    if let variable = index[name] {
      variable.uses.append(use)
      return true
    }
    guard let position = capture(name) else { return false }
    use(.captured(position))
    return true
  }

  /// The position of `name` among the function's captures, made if a scope around has the name.
  private func capture(_ name: String) -> Int? {
    if let position = captureIndex[name] { return position }
    guard let function, let parent else { return nil }
    let isCopied = parent.loopNames.contains(name)
    guard isCopied || parent.function != nil else { return nil }
    let position = function.captures.count
    function.captures.append(CaptureSyntax(name: name, source: .unresolved, isCopied: isCopied))
    if !isCopied { parent.variable(name)?.isCaptured = true }
    let isFound = parent.bind(name) { function.captures[position].source = $0 }
    if !isFound {
      guard isCopied, parent.function == nil else {
        function.captures.removeLast()
        return nil
      }
      // A loop name of the top level is a global, which the resolver fills in.
      parent.globalCaptures.append((function, position, name))
    }
    captureIndex[name] = position
    return position
  }

  /// Loop names of the top level that functions copy.
  var globalCaptures: [(function: FunctionSyntax, position: Int, name: String)] = []

  /// Gives every variable its place: parameters and others in slots, captured ones in cells.
  func layOut() {
    guard let function else { return }
    for variable in variables {
      let binding: Binding
      if variable.isCaptured {
        binding = .cell(function.cellCount)
        function.cellCount += 1
      } else {
        binding = .slot(function.slotCount)
        function.slotCount += 1
      }
      for use in variable.uses { use(binding) }
    }
  }
}

final class LocalVariable {
  let name: String
  var isCaptured = false
  var uses: [(Binding) -> Void] = []
  init(_ name: String) { self.name = name }
}
