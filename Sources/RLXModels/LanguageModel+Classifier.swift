import RLXData
import RLXTensor

/// A reward model's folder: Hugging Face's sequence classification with one label
/// (`LlamaForSequenceClassification`, `GPT2ForSequenceClassification`). There the output layer is
/// `score.weight` [1, C] without a bias, read at the last token that is not padding.
extension LanguageModel {
  static let scoreName = "score.weight"

  /// A model of its own with the same values and no output layer: what a reward model stands on. One
  /// with an adapter gets an adapter of its own, on the same weights.
  package func trunk() -> LanguageModel {
    guard let adapter else { return with(family.trunk(), nil) }
    let bare = family.adapted(by: nil, isTrunk: true)
    let own = adapter.copy(for: bare.linearLayers)
    return with(bare.adapted(by: own, isTrunk: true), own)
  }

  /// Writes a folder that transformers loads with `AutoModelForSequenceClassification`. `score` [1, C];
  /// `fields` go into config.json besides.
  package func saveClassifier(
    folder: String, score: Tensor, fields: [(key: String, value: JSON)] = []
  ) throws(ModelError) {
    var json = config.json.objectValue ?? JSONObject()
    json["architectures"] = [.string(config.family.sequenceClassifier)]
    json["id2label"] = ["0": "LABEL_0"]
    json["label2id"] = ["LABEL_0": 0]
    json["pad_token_id"] = .int(Int(classifierPadding))
    for (key, value) in fields { json[key] = value }
    try save(
      folder: folder, maxShardSize: nil, config: .object(json), more: [(Self.scoreName, score)])
  }

  /// The trunk of such a folder, its head [1, C], and what config.json says.
  package static func loadClassifier(folder: String) throws(ModelError)
    -> (trunk: LanguageModel, score: Tensor, fields: JSONFields)
  {
    let folder = FolderFiles.trimmed(folder)
    let fields = try configFields(folder)
    guard try isClassifier(fields) else {
      throw .unsupportedField(
        name: "architectures", file: fields.file,
        found: fields["architectures"].map(JSONFields.shown) ?? "missing",
        supported:
          "a class such as \"LlamaForSequenceClassification\"; RewardModel(Model(…)) makes a "
          + "reward model of another model"
      )
    }
    var config = try ModelConfig(fields)
    // No output layer is in such a folder, whatever is said of tying.
    config.tiesEmbeddings = true
    let weights = try WeightFiles(folder: folder)
    let score = try weights.tensor(named: scoreName, shape: [1, config.width])
    let trunk = try load(folder: folder, config, weights.leavingOut([scoreName]))
    return (trunk, score, fields)
  }

  static func configFields(_ folder: String) throws(ModelError) -> JSONFields {
    try JSONFields(file: folder + "/config.json")
  }

  /// Throws for a folder that holds a reward model, of answers or of steps, whose output layer says
  /// nothing of next tokens.
  static func refuseClassifier(_ fields: JSONFields) throws(ModelError) {
    guard let found = fields["architectures"] else { return }
    let reader: String
    if try isClassifier(fields) {
      reader = "RewardModel(…) reads a reward model"
    } else if try isTokenClassifier(fields) {
      reader = "PRM(…) reads a process reward model"
    } else {
      return
    }
    throw .unsupportedField(
      name: "architectures", file: fields.file, found: JSONFields.shown(found),
      supported: "a language model; \(reader)")
  }

  private static func isClassifier(_ fields: JSONFields) throws(ModelError) -> Bool {
    (try fields.array("architectures") ?? []).contains { name in
      classifiers.contains { name.stringValue?.isExactly($0) == true }
    }
  }

  private static let classifiers = ModelConfig.Family.allCases.map(\.sequenceClassifier)

  /// The token that others fill batches with (here none are filled): the one the files name, else a
  /// mark that stands at neither end of a text, else what ends one, as TRL has it.
  private var classifierPadding: Int32 {
    if let known = config.paddingToken ?? tokenizer.padding { return known }
    let ends = [config.beginningToken, tokenizer.beginning, tokenizer.end].compactMap(\.self)
    let taken = Set(ends + stopTokens)
    let ids = 0..<Int32(min(config.vocabulary, tokenizer.vocabularySize))
    let mark = ids.first { self.tokenizer.isSpecial($0) && !taken.contains($0) }
    return mark ?? tokenizer.end ?? stopTokens.first ?? 0
  }
}
