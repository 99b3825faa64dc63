/// The operations that led to a tensor, in order: an array of records with integer operands.
///
/// A tape starts with the first operation on a leaf and is kept alive by the tensors recorded on it.
/// An operation on tensors of two tapes appends the shorter to the longer, and the shorter forwards to
/// it from then on. Records keep detached values, so a tape never holds itself.
final class Tape {
  /// Nil where `backward()` has been through.
  var records: [Record?] = []
  private var leaves: [ObjectIdentifier: Int] = [:]
  private var forward: (tape: Tape, base: Int)?

  struct Record {
    let op: Op
    /// Places of the operands on this tape, -1 for a constant.
    let operands: [Int]
  }

  /// The tape that now holds this one's records, and where they begin on it.
  func resolved() -> (tape: Tape, base: Int) {
    guard var (tape, base) = forward else { return (self, 0) }
    while let next = tape.forward {
      base += next.base
      tape = next.tape
    }
    forward = (tape, base)
    return (tape, base)
  }

  /// Everything that changes about a tape, as a value.
  struct State {
    fileprivate let records: [Record?]
    fileprivate let leaves: [ObjectIdentifier: Int]
    fileprivate let forward: (tape: Tape, base: Int)?

    /// The tape that holds its records, if it is another.
    var next: Tape? { forward?.tape }
    var operations: [Op] { records.compactMap { $0?.op } }
  }

  var state: State {
    get { State(records: records, leaves: leaves, forward: forward) }
    set { (records, leaves, forward) = (newValue.records, newValue.leaves, newValue.forward) }
  }

  func append(_ op: Op, _ operands: [Int]) -> Int {
    records.append(Record(op: op, operands: operands))
    return records.count - 1
  }

  func leaf(_ parameter: Parameter) -> Int {
    let key = ObjectIdentifier(parameter)
    if let known = leaves[key], records[known] != nil { return known }
    let index = append(.leaf(parameter), [])
    leaves[key] = index
    return index
  }

  /// Moves the records of `other` to the end of this tape.
  private func absorb(_ other: Tape) {
    let base = records.count
    records.reserveCapacity(base + other.records.count)
    for record in other.records {
      records.append(
        record.map { Record(op: $0.op, operands: $0.operands.map { $0 < 0 ? $0 : $0 + base }) })
    }
    other.records = []
    other.leaves = [:]
    other.forward = (self, base)
  }

  /// The one tape of all recorded operands, a new one if there is none.
  static func shared(by operands: [Tensor.Origin]) -> Tape {
    var chosen: Tape?
    for operand in operands {
      guard case .recorded(let tape, _) = operand else { continue }
      let root = tape.resolved().tape
      guard let current = chosen else {
        chosen = root
        continue
      }
      if current === root { continue }
      if current.records.count >= root.records.count {
        current.absorb(root)
      } else {
        root.absorb(current)
        chosen = root
      }
    }
    return chosen ?? Tape()
  }

  /// The place of an operand on this tape, -1 for a constant.
  func place(of operand: Tensor.Origin) -> Int {
    switch operand {
    case .constant: return -1
    case .leaf(let parameter): return leaf(parameter)
    case .recorded(let tape, let index): return tape.resolved().base + index
    }
  }
}

extension Tensor {
  /// This value as the result of `op` on `operands`, recorded if one of them is tracked.
  func recorded(_ operands: [Tensor], _ op: @autoclosure () -> Op) -> Tensor {
    guard operands.contains(where: { $0.tracksGradient }) else { return self }
    return recorded(from: operands.map(\.origin), op())
  }

  /// The same by how the operands came to be, where their memory is the result's by now.
  func recorded(from operands: [Origin], _ op: Op) -> Tensor {
    guard operands.contains(where: { $0.isTracked }) else { return self }
    let tape = Tape.shared(by: operands)
    let places = operands.map { tape.place(of: $0) }
    var result = self
    result.origin = .recorded(tape, tape.append(op, places))
    return result
  }
}
