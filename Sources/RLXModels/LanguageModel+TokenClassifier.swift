import RLXData
import RLXTensor

/// A process reward model's folder: Hugging Face's token classification
/// (`LlamaForTokenClassification`, `GPT2ForTokenClassification`), a trunk and a head with a bias.
extension LanguageModel {
  /// Writes a folder that `loadTokenClassifier` reads back to the same bits, and that transformers
  /// loads with `AutoModelForTokenClassification`.
  package func saveTokenClassifier(_ head: ClassifierHead, folder: String) throws(ModelError) {
    let form = TokenClassification(config.family)
    var json = config.json.objectValue ?? JSONObject()
    json["architectures"] = [.string(form.architecture)]
    json["classifier_dropout"] = 0.0
    let labels = (0..<head.classes).map { (id: $0, label: "LABEL_\($0)") }
    json["id2label"] = .object(JSONObject(labels.map { ("\($0.id)", .string($0.label)) }))
    json["label2id"] = .object(JSONObject(labels.map { ($0.label, .int($0.id)) }))
    try save(
      folder: folder, maxShardSize: nil, config: .object(json),
      more: [(form.weight, head.weight.value), (form.bias, head.bias.value)])
  }

  /// The trunk of such a folder and its head of so many classes.
  package static func loadTokenClassifier(folder: String, classes: Int) throws(ModelError)
    -> (trunk: LanguageModel, head: ClassifierHead)
  {
    let folder = FolderFiles.trimmed(folder)
    let fields = try configFields(folder)
    var config = try ModelConfig(fields)
    let form = TokenClassification(config.family)
    let names = try fields.array("architectures") ?? []
    guard names.contains(where: { $0.stringValue?.isExactly(form.architecture) == true }) else {
      throw .unsupportedField(
        name: "architectures", file: fields.file,
        found: fields["architectures"].map(JSONFields.shown) ?? "missing",
        supported: "\"\(form.architecture)\"; PRM(Model(…)) makes one of another model")
    }
    // No output layer is in such a folder, whatever is said of tying.
    config.tiesEmbeddings = true
    let weights = try WeightFiles(folder: folder)
    let weight = try weights.tensor(named: form.weight, shape: [classes, config.width])
    let bias = try weights.tensor(named: form.bias, shape: [classes])
    let trunk = try load(folder: folder, config, weights.leavingOut([form.weight, form.bias]))
    return (trunk, ClassifierHead(weight: weight, bias: bias))
  }

  /// Whether config.json speaks of such a folder, of any family.
  static func isTokenClassifier(_ fields: JSONFields) throws(ModelError) -> Bool {
    let known = ModelConfig.Family.allCases.map { TokenClassification($0).architecture }
    return (try fields.array("architectures") ?? []).contains { name in
      known.contains { name.stringValue?.isExactly($0) == true }
    }
  }
}

/// What transformers calls the parts of a family's token classification.
private struct TokenClassification {
  let architecture, weight, bias: String

  init(_ family: ModelConfig.Family) {
    let head = family.description.tokenHead
    architecture = family.tokenClassifier
    weight = head + ".weight"
    bias = head + ".bias"
  }
}
