import RLXScript
import RLXStore

/// What one call of `label` came to.
struct LabelTally {
  var labelled = 0
  var ties = 0
  var skipped = 0
  var equal = 0

  mutating func count(_ choice: Choice, by amount: Int = 1) {
    switch choice {
    case .first, .second: labelled += amount
    case .tie: ties += amount
    case .skip: skipped += amount
    }
  }

  var value: Value {
    .map([
      ("labelled", .int(labelled)), ("ties", .int(ties)), ("skipped", .int(skipped)),
      ("equal", .int(equal)),
    ])
  }
}
