import CKernels

/// How the numbers of a model's matrices are kept for products, by the names scripts give them.
package enum DType: String, CaseIterable, Sendable {
  /// float32
  case float32 = "f32"
  /// The upper half of a float32 (8 bits of precision), x rounded likewise, sums in float32.
  case bfloat16 = "bf16"
  /// Whole numbers of 8 bits with one scale for 32 inputs of an output, x likewise, sums in float32;
  /// for weights that do not change.
  case int8 = "q8"

  /// Whether weights so kept can train: there are float32 ones behind those of bf16, which change by
  /// less than 8 bits tell.
  package var trains: Bool { self != .int8 }

  var format: ck_format {
    switch self {
    case .float32: ck_packed_f32
    case .bfloat16: ck_packed_bf16
    case .int8: ck_packed_q8
    }
  }
}
