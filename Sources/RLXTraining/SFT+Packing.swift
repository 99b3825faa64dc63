import RLXModels

// Rows put together into blocks of a fixed size, so that every optimizer step sees about as many
// tokens however long the texts are (TRL's `packing`). Nothing is ever padded here, so packing
// changes what a batch holds and not what a token costs.

extension SFT {
  /// How rows share blocks: TRL's `packing_strategy`.
  package enum PackingStrategy: String, SettingChoice {
    /// Whole rows, the longest first, each into the fullest block with room for it. Each row keeps
    /// positions and attention of its own.
    case bestFit = "bfd"
    /// All texts end to end, cut wherever a block is full; attention goes across.
    case wrapped
  }

  /// What an optimizer step takes `batchSize` of: each row for itself, or blocks of at most `length`
  /// tokens.
  func blocks(_ pairs: [TokenPair], length: Int) throws(TrainingError) -> [[TokenPair]] {
    guard settings.packing else { return pairs.map { [$0] } }
    switch settings.packingStrategy {
    case .bestFit:
      return bestFitDecreasing(pairs.map { $0.prompt.count + $0.response.count }, capacity: length)
        .map { block in block.map { pairs[$0] } }
    case .wrapped:
      guard pairs.allSatisfy({ $0.prompt.count == 1 }) else {
        throw .conflict(
          trainer: Settings.trainer, names: ["packing_strategy", "completion_only_loss"],
          reason: "texts cut anywhere and rows with a prompt that is not trained on")
      }
      let stream = pairs.flatMap { $0.prompt + $0.response }
      return stride(from: 0, to: stream.count, by: length).compactMap { start in
        // One token left over has nothing to predict.
        let block = stream[start..<min(start + length, stream.count)]
        guard let first = block.first, block.count > 1 else { return nil }
        return [(prompt: [first], response: Array(block.dropFirst()))]
      }
    }
  }
}

/// Rows of the given lengths in blocks of at most `capacity`: best-fit decreasing (Johnson 1974), at
/// most 11/9 of the fewest blocks there can be. A row longer than that gets a block of its own.
/// Returns the rows of each block, the longest rows first.
func bestFitDecreasing(_ lengths: [Int], capacity: Int) -> [[Int]] {
  var blocks: [[Int]] = []
  // The blocks that have room for exactly so many tokens, the latest last.
  var byRoom = [[Int]](repeating: [], count: capacity + 1)
  let order = lengths.indices.sorted { (lengths[$1], $0) < (lengths[$0], $1) }
  for row in order {
    let length = lengths[row]
    guard length <= capacity else {
      blocks.append([row])
      continue
    }
    if let room = (length...capacity).first(where: { !byRoom[$0].isEmpty }) {
      let block = byRoom[room].removeLast()
      blocks[block].append(row)
      byRoom[room - length].append(block)
    } else {
      byRoom[capacity - length].append(blocks.count)
      blocks.append([row])
    }
  }
  return blocks
}
