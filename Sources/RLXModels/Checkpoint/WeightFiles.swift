import Glibc
import RLXData
import RLXTensor

/// The weights of a model folder: one safetensors file, or several with an index that says which
/// tensor stands in which (the layout of Hugging Face's `save_pretrained`).
package struct WeightFiles {
  /// The single file, or the index: what an error about the whole names.
  package let path: String
  private let shards: [Checkpoint]
  /// The shard of each tensor, by the bytes of its name.
  private let places: [[UInt8]: Int]
  /// Tensors that somebody else reads.
  private var leftOut: Set<String> = []

  static let single = "model.safetensors"
  static let index = "model.safetensors.index.json"

  /// One file.
  private init(_ checkpoint: Checkpoint) {
    path = checkpoint.path
    shards = [checkpoint]
    places = Dictionary(
      checkpoint.names.map { (Array($0.utf8), 0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The weights of a folder: `model.safetensors`, else what `model.safetensors.index.json` lists.
  package init(folder: String) throws(ModelError) {
    do {
      self.init(try Checkpoint(folder + "/" + Self.single))
    } catch {
      guard error.isMissingFile, access(folder + "/" + Self.index, F_OK) == 0 else { throw error }
      try self.init(index: folder + "/" + Self.index, folder: folder)
    }
  }

  /// The shards of an index. Every tensor must stand in the shard the index gives for it, and in no
  /// other; no shard may hold one that the index leaves out.
  private init(index path: String, folder: String) throws(ModelError) {
    let map = try Self.map(index: path)
    var files: [String] = []
    var shards: [Checkpoint] = []
    var places: [[UInt8]: Int] = [:]
    for (name, file) in map {
      let shard: Int
      if let known = files.firstIndex(of: file) {
        shard = known
      } else {
        shard = files.count
        files.append(file)
        shards.append(try Checkpoint(folder + "/" + file))
      }
      guard shards[shard][name] != nil else {
        throw .missingTensor(name: name, file: shards[shard].path)
      }
      places[Array(name.utf8)] = shard
    }
    for (shard, checkpoint) in shards.enumerated() {
      for name in checkpoint.names where places[Array(name.utf8)] != shard {
        let listed = places[Array(name.utf8)].map { "it in \(files[$0]) alone" }
        throw .brokenFile(
          path: checkpoint.path, found: "the tensor \(name)",
          wanted: (listed ?? "no tensor that the index leaves out") + ", as \(Self.index) says")
      }
    }
    self.path = path
    self.shards = shards
    self.places = places
  }

  /// What `weight_map` says: the file of each tensor, which must be a name without a path.
  private static func map(index path: String) throws(ModelError) -> [(name: String, file: String)] {
    guard let bytes = try MappedFile.contents(ifPresent: path) else {
      throw .missingFile(path: path)
    }
    let fields = try JSONFields(bytes: bytes, file: path)
    guard let map = try fields.fields("weight_map") else { throw fields.missing("weight_map") }
    var found: [(name: String, file: String)] = []
    found.reserveCapacity(map.object.count)
    for (name, value) in map.object {
      guard let file = value.stringValue, isPlainName(file) else {
        throw map.wrong(name, value, wanted: "the name of a file in the same folder")
      }
      found.append((name, file))
    }
    return found
  }

  /// The files that the index of a folder names, in order; none where there is no index.
  package static func shards(inFolder folder: String) -> [String] {
    guard let map = try? map(index: folder + "/" + index) else { return [] }
    return Set(map.map(\.file)).sorted()
  }

  /// Whether `name` names something in the folder itself: no path that could lead out of it.
  static func isPlainName(_ name: String) -> Bool {
    !name.isEmpty && name != "." && name != ".." && !name.utf8.contains(UInt8(ascii: "/"))
      && !name.utf8.contains(0)
  }

  // MARK: Tensors

  package var names: [String] { shards.flatMap(\.names) }

  /// These files to a reader who is not to wonder about certain tensors.
  func leavingOut(_ names: Set<String>) -> WeightFiles {
    var files = self
    files.leftOut = names
    return files
  }

  /// The values of a tensor as float32, which must have this shape and be numbers: a single NaN would make
  /// NaN of everything.
  package func tensor(named name: String, shape: Shape) throws(ModelError) -> Tensor {
    guard let shard = places[Array(name.utf8)] else {
      throw .missingTensor(name: name, file: path)
    }
    let tensor = try shards[shard].tensor(named: name, shape: shape)
    guard tensor.isFinite else {
      throw .notFiniteTensor(name: name, file: shards[shard].path)
    }
    return tensor
  }

  /// Throws `unexpectedTensor` for the first tensor that is none of `used`, unless it is `redundant`.
  func refuseOthers(than used: [String], unless redundant: (String) -> Bool) throws(ModelError) {
    let used = Set(used).union(leftOut)
    for shard in shards {
      for name in shard.names where !used.contains(name) && !redundant(name) {
        throw .unexpectedTensor(name: name, file: shard.path)
      }
    }
  }
}
