/// One subscript of a tensor: `t[0, 1..3, ...]`.
package enum TensorSub: Equatable, Sendable {
  /// One place, from the end where negative; its axis goes.
  case index(Int)
  /// from ..< to, open where nil, from the end where negative, clipped to the axis.
  case range(from: Int?, to: Int?)
  /// As many whole axes as are needed.
  case ellipsis
}

extension Tensor {
  /// The part that the subscripts name. Axes without one are taken whole.
  package func sliced(_ subs: [TensorSub]) throws(ShapeError) -> Tensor {
    let selections = try shape.selections(subs)
    return taken { source in shape.window(selections, strides: source.strides) }
  }

  /// Sets the part that the subscripts name to `value`, stretched to fit. What a tape holds of this
  /// tensor keeps the old values.
  package mutating func assign(_ value: Tensor, at subs: [TensorSub]) throws(ShapeError) {
    let window = shape.window(try shape.selections(subs), strides: shape.strides)
    let target = try value.shape.broadcast(to: window.shape, op: "assign")
    let filler = value.shape == target ? value : value.broadcast(to: target)
    guard tracksGradient || value.tracksGradient else {
      makeUnique()
      return Kernels.copy(filler, into: self.window(window))
    }
    let before = self
    makeUnique()  // copies, since `before` shares the memory
    origin = .constant
    Kernels.copy(filler, into: self.window(window))
    self = recorded([before, filler], .assign(window))
  }
}

extension Shape {
  /// What a subscript takes of one axis.
  enum Selection: Equatable {
    case place(Int)
    case span(from: Int, to: Int)
  }

  /// One selection for each axis.
  func selections(_ subs: [TensorSub]) throws(ShapeError) -> [Selection] {
    let ellipses = subs.count { $0 == .ellipsis }
    guard ellipses <= 1 else {
      throw ShapeError(op: "index", message: "only one ... is possible, got \(ellipses)")
    }
    let named = subs.count - ellipses
    guard named <= rank else {
      throw ShapeError(
        op: "index", message: "\(named) subscripts for a tensor of \(rank) axes, shape \(self)")
    }
    var selections: [Selection] = []
    for sub in subs + (ellipses == 0 ? [.ellipsis] : []) {
      let axis = selections.count
      switch sub {
      case .index(let index):
        selections.append(.place(try Shape.place(index, in: dims[axis], axis: axis)))
      case .range(let from, let to):
        selections.append(Shape.span(from, to, in: dims[axis]))
      case .ellipsis:
        for whole in 0..<(rank - named) {
          selections.append(.span(from: 0, to: dims[axis + whole]))
        }
      }
    }
    return selections
  }

  private static func span(_ from: Int?, _ to: Int?, in size: Int) -> Selection {
    func clip(_ bound: Int) -> Int { min(max(bound < 0 ? bound + size : bound, 0), size) }
    let start = clip(from ?? 0)
    return .span(from: start, to: max(to.map(clip) ?? size, start))
  }

  /// The window that the selections open on memory with these strides.
  func window(_ selections: [Selection], strides: [Int]) -> Window {
    var offset = 0
    var sizes: [Int] = []
    var steps: [Int] = []
    for (axis, selection) in selections.enumerated() {
      switch selection {
      case .place(let place):
        offset += place * strides[axis]
      case .span(let from, let to):
        offset += from * strides[axis]
        sizes.append(to - from)
        steps.append(strides[axis])
      }
    }
    return Window(offset: offset, shape: Shape(sizes), strides: steps)
  }
}
