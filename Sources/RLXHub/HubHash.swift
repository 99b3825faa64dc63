import CCrypto
import Glibc

/// The hash by which a hub names the content of a file: SHA-256 for large files (Git LFS), else the
/// id git gives it, SHA-1 of "blob LENGTH\0" and the content.
enum HubHash: Equatable {
  case sha256(String)
  case gitBlob(String)

  /// The hash an ETag is; nil for a tag that is none of them.
  init?(etag: String) {
    guard isHexadecimal(etag) else { return nil }
    switch etag.utf8.count {
    case 64: self = .sha256(etag)
    case 40: self = .gitBlob(etag)
    default: return nil
    }
  }

  var hexadecimal: String {
    switch self {
    case .sha256(let digits), .gitBlob(let digits): digits
    }
  }

  /// The hash of this kind of an open file of `size` bytes, read from its start; nil if it cannot be
  /// read, or `proceed` says not to go on.
  func ofFile(_ descriptor: Int32, size: Int, proceed: (Int) -> Bool) -> String? {
    guard let context = EVP_MD_CTX_new() else { return nil }
    defer { EVP_MD_CTX_free(context) }
    let kind =
      switch self {
      case .sha256: EVP_sha256()
      case .gitBlob: EVP_sha1()
      }
    guard EVP_DigestInit_ex(context, kind, nil) == 1 else { return nil }
    if case .gitBlob = self {
      let prefix = Array("blob \(size)".utf8) + [0]
      guard EVP_DigestUpdate(context, prefix, prefix.count) == 1 else { return nil }
    }
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var done = 0
    while true {
      let count = pread(descriptor, &buffer, buffer.count, off_t(done))
      if count < 0 && errno == EINTR { continue }
      guard count >= 0, EVP_DigestUpdate(context, buffer, count) == 1 else { return nil }
      if count == 0 { break }
      done += count
      guard proceed(done) else { return nil }
    }
    var digest = [UInt8](repeating: 0, count: 64)
    var length: UInt32 = 0
    guard EVP_DigestFinal_ex(context, &digest, &length) == 1 else { return nil }
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: digest[..<Int(length)].flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
      as: UTF8.self)
  }
}
