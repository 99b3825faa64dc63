import Glibc
import RLXData
import RLXTensor

extension WeightFiles {
  /// Writes the weights of a folder: one file, or, if they are more than `maxShardSize` bytes, several
  /// with an index. A tensor larger than that gets a file of its own.
  ///
  /// The layout that was there before and would be read instead, or never again, is removed last.
  static func write(
    _ tensors: [(name: String, tensor: Tensor)], folder: String, maxShardSize: Int?
  ) throws(ModelError) {
    let old = oldShards(folder)
    let shards = groups(tensors.map { 4 * $0.tensor.count }, limit: maxShardSize ?? .max)
    guard shards.count > 1 else {
      try Checkpoint.write(tensors, to: folder + "/" + single)
      remove([index] + old, from: folder)
      return
    }
    var map = JSONObject()
    var written: Set<String> = []
    for (number, range) in shards.enumerated() {
      let file = "model-\(padded(number + 1))-of-\(padded(shards.count)).safetensors"
      try Checkpoint.write(Array(tensors[range]), to: folder + "/" + file)
      for (name, _) in tensors[range] { map[name] = .string(file) }
      written.insert(file)
    }
    let total = tensors.reduce(0) { $0 + 4 * $1.tensor.count }
    let text: JSON = ["metadata": ["total_size": .int(total)], "weight_map": .object(map)]
    try FolderFiles.write(LanguageModel.text(of: text), folder + "/" + index)
    remove([single] + old.filter { !written.contains($0) }, from: folder)
  }

  /// Neighbours in groups of at most `limit` bytes; what is larger stands alone.
  private static func groups(_ sizes: [Int], limit: Int) -> [Range<Int>] {
    var groups: [Range<Int>] = []
    var (start, bytes) = (0, 0)
    for (place, size) in sizes.enumerated() {
      if place > start && size > limit - bytes {
        groups.append(start..<place)
        (start, bytes) = (place, 0)
      }
      bytes += size
    }
    groups.append(start..<sizes.count)
    return groups
  }

  private static func padded(_ number: Int) -> String {
    let digits = "\(number)"
    return String(repeating: "0", count: max(0, 5 - digits.utf8.count)) + digits
  }

  /// The shards of an earlier save, by the names saving gives them; none where there is no index.
  private static func oldShards(_ folder: String) -> [String] {
    shards(inFolder: folder).filter { $0.hasPrefix("model-") && $0.hasSuffix(".safetensors") }
  }

  /// Files that are not there, or cannot be removed, stay as they are.
  private static func remove(_ names: [String], from folder: String) {
    for name in names { unlink(folder + "/" + name) }
  }
}
