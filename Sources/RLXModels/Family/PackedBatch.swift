/// Sequences of unequal length as one flat list of tokens, without padding, so that no sequence can
/// change what another gives.
package struct PackedBatch: Sendable, Equatable {
  /// [N], sequence after sequence.
  package var tokens: [Int32]
  /// [B + 1]: sequence b is `tokens[offsets[b]..<offsets[b + 1]]`; the first is 0.
  package var offsets: [Int32]
  /// [N]: the place of each token in its own sequence.
  package var positions: [Int32]
  /// Whether a recorded pass keeps only what goes into each layer.
  package var checkpointsLayers = false

  /// Packs whole sequences, whose positions begin at 0.
  package init(_ sequences: some Sequence<[Int32]>) {
    tokens = []
    offsets = [0]
    positions = []
    for sequence in sequences {
      tokens += sequence
      positions += 0..<Int32(sequence.count)
      offsets.append(Int32(tokens.count))
    }
  }

  /// One new token for each of B sequences, at the given positions.
  package init(next tokens: [Int32], at positions: [Int32]) {
    self.tokens = tokens
    self.positions = positions
    offsets = Array(0...Int32(tokens.count))
  }

  /// B, the number of sequences.
  package var rows: Int { offsets.count - 1 }
  /// N, the number of tokens.
  package var count: Int { tokens.count }
  /// The length of sequence `row`.
  package func length(_ row: Int) -> Int { Int(offsets[row + 1] - offsets[row]) }
}
