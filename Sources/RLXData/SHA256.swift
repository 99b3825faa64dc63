import CCrypto

/// SHA-256 (FIPS 180-4), computed by libcrypto.
package enum SHA256 {
  package struct Digest: Hashable, Sendable, CustomStringConvertible {
    /// 32 of them.
    package let bytes: [UInt8]

    /// 64 lower-case hexadecimal digits.
    package var hex: String {
      let digits = Array("0123456789abcdef".utf8)
      let text = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
      return String(decoding: text, as: UTF8.self)
    }
    package var description: String { "sha256:\(hex)" }
  }

  package static func hash(_ bytes: [UInt8]) -> Digest {
    var hasher = Hasher()
    hasher.update(bytes)
    return hasher.finish()
  }

  package static func hash(_ text: String) -> Digest {
    var hasher = Hasher()
    hasher.update(text)
    return hasher.finish()
  }

  /// The digest and size in bytes of a file as it lies on disk (a .gz is not unpacked), read in
  /// pieces.
  package static func ofFile(_ path: String) throws(DataError) -> (digest: Digest, size: Int) {
    let file = try InputFile(raw: path)
    var hasher = Hasher()
    var size = 0
    var buffer = [UInt8](repeating: 0, count: InputFile.chunk)
    while true {
      let count = try file.read(into: &buffer)
      if count == 0 { return (hasher.finish(), size) }
      buffer.withUnsafeBytes { hasher.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      size += count
    }
  }
}

extension SHA256 {
  /// A digest being made; a value: a copy goes on alone.
  package struct Hasher {
    private var context = Context()

    package init() {}

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
      if !isKnownUniquelyReferenced(&context) { context = Context(copying: context) }
      context.update(bytes)
    }

    package mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

    package mutating func update(_ text: String) {
      var text = text
      text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
    }

    /// The digest of everything so far; more may follow.
    package func finish() -> Digest { Context(copying: context).finish() }
  }

  /// Owns an EVP_MD_CTX. libcrypto fails here only without memory or without SHA-256 itself.
  private final class Context {
    private let handle: OpaquePointer

    init() {
      guard let handle = EVP_MD_CTX_new(), EVP_DigestInit_ex(handle, EVP_sha256(), nil) == 1 else {
        preconditionFailure("libcrypto offers no SHA-256")
      }
      self.handle = handle
    }

    init(copying other: Context) {
      guard let handle = EVP_MD_CTX_new(), EVP_MD_CTX_copy_ex(handle, other.handle) == 1 else {
        preconditionFailure("libcrypto cannot copy a SHA-256 context")
      }
      self.handle = handle
    }

    deinit { EVP_MD_CTX_free(handle) }

    func update(_ bytes: UnsafeRawBufferPointer) {
      let done = EVP_DigestUpdate(handle, bytes.baseAddress, bytes.count)
      precondition(done == 1, "libcrypto stopped within a SHA-256")
    }

    /// Ends the context: nothing may follow.
    func finish() -> Digest {
      var bytes = [UInt8](repeating: 0, count: 32)
      let done = EVP_DigestFinal_ex(handle, &bytes, nil)
      precondition(done == 1, "libcrypto did not end a SHA-256")
      return Digest(bytes: bytes)
    }
  }
}
