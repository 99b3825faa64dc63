/// What can go wrong in training. Values only; the words are in `TrainingError+Prose.swift`.
package enum TrainingError: Error, Equatable {
  /// A keyword no setting of this trainer has.
  case unknownSetting(trainer: String, name: String, nearest: String?)
  /// A setting of the wrong type or outside its range.
  case setting(trainer: String, name: String, given: String, wanted: String)
  /// Settings that are each allowed, but not together.
  case conflict(trainer: String, names: [String], reason: String)
  /// A setting given twice, once under another system's name.
  case givenTwice(trainer: String, name: String, alias: String)
  /// A number that is NaN or infinite; `step` counts the trainer's optimizer steps from 1.
  case notFinite(trainer: String, tensor: String, step: Int, found: String)
  /// The model to be trained has no parameter that may change.
  case frozen(trainer: String, model: String)
  /// The model has another network than when the trainer was made: it was adapted, merged or unmerged.
  case changed(trainer: String, model: String)
  /// The model to be trained has weights that never change: numbers of 8 bits.
  case neverTrains(trainer: String, model: String)
  /// Nothing to train on.
  case nothing(trainer: String, what: String, remedy: String)
  /// Lists that belong together differ in length.
  case lengths(trainer: String, first: String, firstCount: Int, second: String, secondCount: Int)
  /// A row that has no tokens where at least one is needed.
  case emptyRow(trainer: String, what: String, row: Int)
  /// A row that the model cannot read at once, with room for what is to come after it.
  case tooLong(trainer: String, what: String, row: Int, tokens: Int, longest: Int)
  /// A stage of PPO called out of order.
  case stage(called: String, found: PPOBatch.Stage, wanted: PPOBatch.Stage, age: Int = 0)
  /// A batch whose answers were drawn before the policy's last `age` updates.
  case stale(called: String, age: Int)
  /// Something that must hold by the mathematics does not: the equation, its two sides as they came
  /// out, the difference and how large it may be.
  case invariant(trainer: String, Invariant)
  /// PPO was asked to score answers, but has no reward.
  case noReward
}
