import CKernels

/// The formats of floats that files may hold.
package enum FloatFormat: Sendable {
  case float32
  case float16
  case bfloat16

  /// The format of a safetensors `dtype`, nil if its values are not read as floats.
  package init?(name: String) {
    switch name {
    case "F32": self = .float32
    case "F16": self = .float16
    case "BF16": self = .bfloat16
    default: return nil
    }
  }

  package var width: Int {
    switch self {
    case .float32: 4
    case .float16, .bfloat16: 2
    }
  }
}

extension Tensor {
  /// The tensor whose values stand in `bytes`, little-endian and at any alignment.
  package static func reading(
    _ bytes: UnsafeRawBufferPointer, as format: FloatFormat, _ shape: Shape
  ) -> Tensor {
    let count = shape.count
    precondition(
      bytes.count == count * format.width, "\(bytes.count) bytes for \(shape) of \(format)")
    let result = Tensor.uninitialized(shape)
    guard count > 0, let source = bytes.baseAddress else { return result }
    switch format {
    case .float32:
      UnsafeMutableRawPointer(result.pointer).copyMemory(from: source, byteCount: bytes.count)
    case .float16: ck_f16_to_f32(source, result.pointer, Int64(count))
    case .bfloat16: ck_bf16_to_f32(source, result.pointer, Int64(count))
    }
    return result
  }
}
