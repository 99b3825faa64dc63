import RLXModels
import RLXScript

/// The model a trainer keeps its policy near: one the script gave, or the trainer's frozen copy.
final class ReferenceModel {
  let object: ModelObject
  /// Whether it is the trainer's own copy, which nothing can change.
  let isOwn: Bool
  /// The digest of an own copy, computed once.
  private lazy var ownDigest: String = {
    var digest = DigestBuilder("reference")
    object.absorb(into: &digest)
    return digest.finish()
  }()

  init(_ given: ModelObject?, own: LanguageModel, of policy: ModelObject) {
    isOwn = given == nil
    object = given ?? ModelObject(own, name: policy.name)
  }

  var words: String { isOwn ? "a copy of it as it was" : object.name }

  /// A reference the script gave is an object of its own, with a digest of its own.
  func absorb(into digest: inout DigestBuilder) {
    digest.flag(isOwn)
    if isOwn { digest.part(ownDigest) }
  }
}
