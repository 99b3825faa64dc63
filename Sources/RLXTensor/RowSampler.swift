import CKernels

/// Draws one token from each row of logits, in the order of filters of Hugging Face transformers:
/// temperature, top_k, top_p.
package struct RowSampler {
  /// > 0; 0 takes the largest logit, the lowest id of equals.
  package var temperature: Float
  /// Only the k largest, and their equals; 0 for all.
  package var topK: Int
  /// Only the likeliest tokens, as long as those before them have less than this mass; 1 for all.
  package var topP: Float

  package enum Trouble: Error {
    /// A row with NaN or +infinity, or of nothing but -infinity.
    case notFinite(row: Int)
    /// Every token that could be drawn is forbidden.
    case nothingLeft(row: Int)
  }

  package init(temperature: Float, topK: Int, topP: Float) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
  }

  /// For logits [R, V] and R numbers in [0, 1): the tokens at those places of the cumulative
  /// distribution by id, and their log-probabilities in nats after the temperature (1 if it is 0)
  /// but before any filter. A row depends on nothing but itself.
  package func sample(
    _ logits: Tensor, uniforms: [Double], forbidden: [Int32] = []
  ) throws(Trouble) -> (tokens: [Int32], logProbs: [Float]) {
    let (R, V) = (logits.shape[0], logits.shape[1])
    precondition(uniforms.count == R, "\(uniforms.count) uniforms for logits of \(logits.shape)")
    var tokens = [Int32](repeating: 0, count: R)
    var logProbs = [Float](repeating: 0, count: R)
    var badRow: Int64 = 0
    let status = logits.withFloats { logits in
      forbidden.withUnsafeBufferPointer { forbidden in
        var settings = ck_sampling(
          temperature: temperature, top_k: Int32(clamping: topK), top_p: topP,
          forbidden: forbidden.baseAddress, forbidden_count: Int32(forbidden.count))
        return ck_sample_rows(
          logits.baseAddress, Int64(R), Int64(V), &settings, uniforms, &tokens, &logProbs, &badRow)
      }
    }
    switch status {
    case Int32(CK_SAMPLE_NOT_FINITE): throw .notFinite(row: Int(badRow))
    case Int32(CK_SAMPLE_NOTHING_LEFT): throw .nothingLeft(row: Int(badRow))
    default: return (tokens, logProbs)
    }
  }
}
