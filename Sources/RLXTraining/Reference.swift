import RLXModels

/// The model a trainer holds its policy near: the one given, or a frozen copy of the policy as it is.
/// Of a policy with an adapter it is the policy without it, on the same weights.
///
/// Throws `conflict` for the policy itself, which would move along, and for a model that has not the
/// policy's vocabulary, whose probabilities would be of other tokens.
func referenceModel(
  _ given: LanguageModel?, for policy: LanguageModel, trainer: String
) throws(TrainingError) -> LanguageModel {
  guard let given else {
    if let base = try? policy.withoutAdapter() { return base }
    let copy = policy.copy()
    copy.freeze()
    return copy
  }
  func conflict(_ reason: String) -> TrainingError {
    .conflict(trainer: trainer, names: ["policy", "reference"], reason: reason)
  }
  if given.family === policy.family {
    throw conflict("the policy as its own reference, which would move with it")
  }
  let (ours, theirs) = (policy.config.vocabulary, given.config.vocabulary)
  if ours != theirs {
    throw conflict("a policy of \(ours) tokens with a reference of \(theirs)")
  }
  return given
}
