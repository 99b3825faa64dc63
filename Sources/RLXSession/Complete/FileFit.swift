/// What a function is likely to want: of the files in a folder, for the order in which completion
/// lists them (names prove nothing, so others come after them), and of what is built in.
struct FileFit {
  /// Endings of fitting files, and a file that makes a folder fit.
  private let endings: [String]
  private let marker: (file: String, doc: String)?
  /// What fits of the things that come with rlx.
  let kinds: Set<Resources.Kind>

  private init(
    _ endings: [String], marker: (file: String, doc: String)? = nil,
    builtIn kinds: Set<Resources.Kind> = []
  ) {
    self.endings = endings
    self.marker = marker
    self.kinds = kinds
  }

  /// By the function's qualified name; nil for `use`.
  static func of(_ function: String?) -> FileFit {
    guard let function else { return FileFit([".rlx"], builtIn: [.script]) }
    return table[function] ?? FileFit([])
  }

  private static let rows = [".jsonl", ".json", ".csv", ".txt", ".gz"]
  private static let modelFolder = (file: "config.json", doc: "a model")
  private static var table: [String: FileFit] {
    [
      "Dataset": FileFit(rows, builtIn: [.dataset, .preferences]),
      "Dataset.save": FileFit(rows),
      "Preferences": FileFit([".db"], builtIn: [.preferences]),
      "Preferences.export": FileFit(rows),
      "Model": FileFit([], marker: modelFolder, builtIn: [.model]),
      "Model.save": FileFit([], marker: modelFolder),
      "RewardModel": FileFit([], marker: modelFolder),
      "RewardModel.save": FileFit([], marker: modelFolder),
      "Tokenizer": FileFit(
        [], marker: (file: "tokenizer.json", doc: "a tokenizer"), builtIn: [.model]),
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
