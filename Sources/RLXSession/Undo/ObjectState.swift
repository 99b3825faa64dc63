import RLXScript
import RLXTensor

/// Everything of a host object that can change, as it stands, and how to put it back in place: what
/// undo and `snapshot()` keep of it.
///
/// Tensors share memory with the object until it writes, so that keeping a state costs nothing for
/// what does not change.
package struct ObjectState {
  /// Its tensors, which may be kept on disk meanwhile.
  package var tensors: [Tensor] = []
  /// Tensors that are kept alive too, but only in memory: of graphs.
  package var graph: [Tensor] = []
  /// Other objects it leads to.
  package var holds: [Value] = []
  /// Puts everything back, with these in place of `tensors`; nil where nothing ever changes.
  package var putBack: (([Tensor]) throws -> Void)?
  /// Lets go of the object's own tensors once they are on disk and nobody knows the object any more
  /// but states that put them back. Never of tensors that another object has too.
  package var release: (() -> Void)?
  /// Puts back what lies in a file that only grows, by withdrawing; says what was withdrawn.
  package var withdraw: (() throws -> String?)?

  /// The same for an object that did not exist then: withdraws all that came through it.
  package var abandon: (() throws -> String?)?

  package init(
    tensors: [Tensor] = [], graph: [Tensor] = [], holds: [Value] = [],
    putBack: (([Tensor]) throws -> Void)? = nil
  ) {
    self.tensors = tensors
    self.graph = graph
    self.holds = holds
    self.putBack = putBack
  }
}

/// An object that nothing changes once it is made.
package protocol Unchanging: Digestible {}

extension Unchanging {
  package var objectState: ObjectState { ObjectState() }
}

/// Tensors that may or may not be there, put in a row and taken out of it again. It holds none.
struct Presence {
  private let isThere: [Bool]

  init(_ tensors: [Tensor?]) { isThere = tensors.map { $0 != nil } }

  /// As they were, from those that were there.
  func taken(from tensors: some Sequence<Tensor>) -> [Tensor?] {
    var rest = tensors.makeIterator()
    return isThere.map { $0 ? rest.next() : nil }
  }
}

extension ObjectState {
  /// The state of a model's parameters: values, gradients, and which are frozen. A packed form is shared,
  /// for nothing changes one.
  init(_ parameters: [Parameter]) {
    let contents = parameters.map(\.content)
    let values: [Tensor?] = contents.map { if case .whole(let value) = $0 { value } else { nil } }
    let presence = Presence(values)
    let packed: [Parameter.Content?] = contents.map { if case .packed = $0 { $0 } else { nil } }
    self.init(tensors: values.compactMap(\.self)) { tensors in
      for (index, value) in presence.taken(from: tensors).enumerated() {
        if let content = value.map({ .whole($0) }) ?? packed[index] {
          parameters[index].content = content
        }
      }
    }
    self = and(.gradients(of: parameters))
    release = { for parameter in parameters { parameter.value = .zeros([]) } }
  }

  /// What optimizers do not tell of parameters: gradients, and which are frozen.
  static func gradients(of parameters: [Parameter]) -> ObjectState {
    let gradients = parameters.map(\.gradient)
    let presence = Presence(gradients)
    let frozen = parameters.map(\.isFrozen)
    return ObjectState(tensors: gradients.compactMap(\.self)) { tensors in
      for (index, gradient) in presence.taken(from: tensors).enumerated() {
        parameters[index].gradient = gradient
        parameters[index].isFrozen = frozen[index]
      }
    }
  }

  /// This state and another of the same object.
  func and(_ other: ObjectState) -> ObjectState {
    let (mine, theirs) = (putBack, other.putBack)
    let count = tensors.count
    return ObjectState(
      tensors: tensors + other.tensors, graph: graph + other.graph, holds: holds + other.holds
    ) { tensors in
      try mine?(Array(tensors[..<count]))
      try theirs?(Array(tensors[count...]))
    }
  }
}
