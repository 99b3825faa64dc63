/// Which files a function is likely to want: for the order in which completion lists them. What
/// else there is comes after them, since names prove nothing.
struct FileFit {
  /// Endings of fitting files, and a file that makes a folder fit.
  private let endings: [String]
  private let marker: (file: String, doc: String)?

  private init(_ endings: [String], marker: (file: String, doc: String)? = nil) {
    self.endings = endings
    self.marker = marker
  }

  /// By the function's qualified name; nil for `use`.
  static func of(_ function: String?) -> FileFit {
    guard let function else { return FileFit([".rlx"]) }
    return table[function] ?? FileFit([])
  }

  private static let rows = [".jsonl", ".json", ".csv", ".txt", ".gz"]
  private static let modelFolder = (file: "config.json", doc: "a model")
  private static var table: [String: FileFit] {
    [
      "Dataset": FileFit(rows), "Dataset.save": FileFit(rows),
      "Preferences": FileFit([".db"]), "Preferences.export": FileFit(rows),
      "Model": FileFit([], marker: modelFolder), "Model.save": FileFit([], marker: modelFolder),
      "RewardModel": FileFit([], marker: modelFolder),
      "RewardModel.save": FileFit([], marker: modelFolder),
      "Tokenizer": FileFit([], marker: (file: "tokenizer.json", doc: "a tokenizer")),
    ]
  }

  func fits(_ name: String, isFolder: Bool) -> Bool {
    isFolder ? marker != nil : endings.contains { name.hasSuffix($0) }
  }

  /// What the folder is, if its marker lies in it.
  func doc(ofFolder path: String, exists: (String) -> Bool) -> String? {
    marker.flatMap { exists(path + "/" + $0.file) ? $0.doc : nil }
  }
}
