import RLXScript
import RLXTensor

/// A tensor as scripts hold it: float32, a value that assignment copies.
///
/// One made with `grad: true` is a leaf: what is computed from it can run `backward()`, which adds
/// to its gradient.
package final class TensorObject: Digestible {
  package private(set) var tensor: Tensor
  package let identity = ObjectIdentity()

  package static let typeName = "tensor"

  package init(_ tensor: Tensor) { self.tensor = tensor }

  package init(leaf value: Tensor) { tensor = Parameter("tensor", value).tracked }

  package var typeName: String { TensorObject.typeName }
  package var isData: Bool { true }

  /// The size of the first axis; nil for a scalar.
  package var count: Int? { tensor.shape.dims.first }

  package func makeIterator() throws -> (() throws -> Value?)? {
    guard let rows = count else {
      throw Fault(
        .shape, "for: a scalar tensor has nothing to go through", remedy: "t.item() is its number")
    }
    var next = 0
    return { [tensor] in
      guard next < rows else { return nil }
      defer { next += 1 }
      return Value(
        try ShapeFault.wrap { () throws(ShapeError) in try tensor.sliced([.index(next)]) })
    }
  }

  /// Shape and every element are equal; NaN equals nothing.
  package func isEqual(to other: any HostObject) -> Bool {
    guard let other = other as? TensorObject, tensor.shape == other.tensor.shape else {
      return false
    }
    return tensor.withFloats { ours in
      other.tensor.withFloats { theirs in ours.elementsEqual(theirs) }
    }
  }

  package func display(_ style: DisplayStyle) -> String {
    let note = tensor.parameter != nil ? "grad" : tensor.tracksGradient ? "from grad" : nil
    return tensor.withFloats { floats in
      TensorView(shape: tensor.shape.dims, note: note) { floats[$0] }.text(ViewStyle(style))
    }
  }

  /// A scalar with its number, others with their shape.
  package func brief() -> String {
    tensor.rank == 0
      ? display(DisplayStyle(width: Int.max, isPlain: true)) : TensorView.header(tensor.shape.dims)
  }

  /// The elements as lists within lists; a scalar is a float.
  package func plain() throws -> Value? {
    let floats = tensor.array
    var next = 0
    func part(_ axis: Int) -> Value {
      guard axis < tensor.rank else {
        defer { next += 1 }
        return .float(Double(floats[next]))
      }
      return .list((0..<tensor.shape[axis]).map { _ in part(axis + 1) })
    }
    return part(0)
  }

  /// A leaf's value and gradient; what was computed from one goes with what it was computed from.
  package var objectState: ObjectState {
    if let leaf = tensor.parameter {
      let presence = Presence([leaf.gradient])
      return ObjectState(tensors: [leaf.value] + [leaf.gradient].compactMap(\.self)) {
        [self] tensors in
        leaf.value = tensors[0]
        leaf.gradient = presence.taken(from: tensors.dropFirst())[0]
        tensor = leaf.tracked
      }
    }
    guard let graph = GraphState(tensor) else {
      var state = ObjectState(tensors: [tensor]) { [self] tensors in tensor = tensors[0] }
      state.release = { [self] in tensor = .zeros([]) }
      return state
    }
    return ObjectState(graph: [tensor] + graph.saved) { [self, tensor] _ in
      self.tensor = tensor
      graph.restore()
    }
  }

  package func absorb(into digest: inout DigestBuilder) {
    absorb(tensor, into: &digest)
    let gradient = tensor.parameter?.gradient
    digest.flag(gradient != nil)
    if let gradient { absorb(gradient, into: &digest) }
  }

  private func absorb(_ tensor: Tensor, into digest: inout DigestBuilder) {
    digest.count(tensor.rank)
    for size in tensor.shape.dims { digest.count(size) }
    tensor.withFloats { digest.floats($0) }
  }
}

// MARK: - Elements

extension TensorObject {
  /// `t[…]`: ints take an index away, ranges keep the axis, `...` stands for the axes between; one
  /// list of ints picks rows.
  package func index(_ subscripts: [SubscriptValue]) throws -> Value {
    if subscripts.count == 1, case .value(let value) = subscripts[0],
      let ids = try TensorRead.indices(value)
    {
      return Value(try TensorRules.rows(tensor, ids))
    }
    let places = try subscripts.map(TensorObject.subscript)
    return Value(
      try ShapeFault.wrap { () throws(ShapeError) in try tensor.sliced(places) })
  }

  /// The tensor with the elements at `subscripts` replaced; numbers and tensors stretch to fit.
  package func settingIndex(
    _ subscripts: [SubscriptValue], to value: Value, isUniquelyHeld: Bool
  ) throws -> any HostObject {
    let places = try subscripts.map(TensorObject.subscript)
    let new = try TensorRead.tensor(value, as: "assignment")
    if let leaf = tensor.parameter, !new.tracksGradient {
      var copy = leaf.value
      try ShapeFault.wrap { () throws(ShapeError) in try copy.assign(new, at: places) }
      return TensorObject(leaf: copy)
    }
    if isUniquelyHeld {
      try ShapeFault.wrap { () throws(ShapeError) in try tensor.assign(new, at: places) }
      return self
    }
    var copy = tensor
    try ShapeFault.wrap { () throws(ShapeError) in try copy.assign(new, at: places) }
    return TensorObject(copy)
  }

  private static func `subscript`(_ value: SubscriptValue) throws -> TensorSub {
    switch value {
    case .value(.int(let index)): return .index(index)
    case .value(.range(let range)): return .range(from: range.lower, to: range.upper)
    case .range(let lower, let upper): return .range(from: lower, to: upper)
    case .ellipsis: return .ellipsis
    case .value(let other):
      throw Fault(
        .type, "index: expected ints, ranges or ..., got \(other.described)",
        remedy: "t[.., 0] is column 0, t[[0, 2]] picks rows")
    }
  }
}

// MARK: - Operators

extension TensorObject {
  package func binary(_ operation: BinaryOperator, _ other: Value, onLeft: Bool) throws -> Value? {
    guard let operand = try TensorRead.operand(other) else { return nil }
    let (a, b) = onLeft ? (tensor, operand) : (operand, tensor)
    switch operation {
    case .add: return try TensorRules.combine("+", a, b) { $0 + $1 }
    case .subtract: return try TensorRules.combine("-", a, b) { $0 - $1 }
    case .multiply: return try TensorRules.combine("*", a, b) { $0 * $1 }
    case .divide: return try TensorRules.combine("/", a, b) { $0 / $1 }
    case .power: return try TensorRules.power(a, b)
    case .matrixMultiply: return try TensorRules.matmul(a, b)
    case .less, .lessOrEqual, .greater, .greaterOrEqual:
      throw Fault(
        .type, "\(operation.rawValue): tensors have no order",
        remedy: "compare element by element with .lt .le .gt .ge")
    case .floorDivide, .remainder:
      throw Fault(
        .type, "\(operation.rawValue): not for tensors", remedy: "(a / b).floor()")
    case .pipe, .or, .and, .equal, .notEqual, .in, .notIn, .coalesce, .rangeUpTo, .rangeThrough:
      return nil
    }
  }

  package func negated() throws -> Value? { Value(-tensor) }
}

extension TensorObject: JSONShown {
  /// Elements row by row, whatever the shape.
  var jsonForm: Value {
    .map([
      ("dtype", .string("float32")), ("shape", .list(tensor.shape.dims.map { .int($0) })),
      ("data", .numbers(tensor.array)),
    ])
  }
}

extension Value {
  package init(_ tensor: Tensor) { self = .host(TensorObject(tensor)) }

  /// The tensor this value is, if it is one.
  package var tensor: Tensor? {
    guard case .host(let object) = self else { return nil }
    return (object as? TensorObject)?.tensor
  }
}
