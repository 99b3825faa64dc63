extension Runner {
  /// What `:set` can change, with its value.
  var limits: [(name: String, value: String)] {
    guard let history else { return [] }
    return [
      ("undo_memory", ByteCount.words(history.memoryLimit)),
      ("undo_disk", ByteCount.words(history.diskLimit)),
    ]
  }

  /// `:set NAME VALUE`: no result depends on any of these.
  func setLimit(_ name: String, to text: String) -> CellResult {
    guard let history, limits.contains(where: { $0.name == name }) else {
      return refuse(
        ":set: nothing is called \(name)\n  try: :set undo_memory 1GB")
    }
    guard let bytes = ByteCount.read(text) else {
      return refuse(":set: \(name): expected a size, got \(text)\n  try: :set \(name) 500MB")
    }
    if name == "undo_memory" { history.memoryLimit = bytes } else { history.diskLimit = bytes }
    core.console.write("\(name): \(ByteCount.words(bytes))\n")
    return .done
  }
}

/// Sizes as people write them: "500MB", "1.5 GB", or bytes.
enum ByteCount {
  private static let units = [("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("B", 1)]

  static func read(_ text: String) -> Int? {
    let unit = units.first { text.lowercased().hasSuffix($0.0.lowercased()) }
    let digits = unit.map { text.dropLast($0.0.count) } ?? text[...]
    guard let number = Double(digits.filter { $0 != " " }), number >= 0 else { return nil }
    let bytes = number * (unit?.1 ?? 1)
    return bytes < 1e18 ? Int(bytes) : nil
  }

  static func words(_ bytes: Int) -> String {
    let (name, size) = units.first { Double(bytes) >= $0.1 } ?? ("B", 1)
    return "\(NumberText.significant(Double(bytes) / size)) \(name)"
  }
}
