/// The variables of one running call.
final class Frame {
  var slots: [Value?]
  let cells: [Cell]
  /// Those of the functions around.
  let captures: [Cell]
  let source: Source
  let isTop: Bool
  /// The used file at whose top level it runs; nil for the main program and in functions.
  let module: Module?

  init(top source: Source, module: Module? = nil) {
    slots = []
    cells = []
    captures = []
    self.source = source
    self.module = module
    isTop = true
  }

  init(_ function: ScriptFunction, _ graveyard: Graveyard) {
    slots = Array(repeating: nil, count: function.syntax.slotCount)
    cells = (0..<function.syntax.cellCount).map { _ in Cell(nil, graveyard) }
    captures = function.captures
    source = function.syntax.source
    module = nil
    isTop = false
  }

  func place(_ span: Span) -> Place { Place(source, span) }
}

/// How a statement ends.
enum Flow {
  case next
  case breaking
  case continuing
  case returning(Value)
}
