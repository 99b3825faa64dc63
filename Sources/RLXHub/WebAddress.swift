/// An http: or https: address, as far as following redirections needs it taken apart.
struct WebAddress: Equatable {
  /// "https://host:port", in lower case: who is spoken to.
  let origin: String
  /// What comes behind, from the slash on.
  let path: String

  var text: String { origin + path }
  var isSecure: Bool { origin.hasPrefix("https:") }

  /// Nil for another scheme, or no host.
  init?(_ text: String) {
    guard let scheme = ["https://", "http://"].first(where: { text.lowercased().hasPrefix($0) })
    else { return nil }
    let rest = text.dropFirst(scheme.count)
    let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
    guard end > rest.startIndex else { return nil }
    origin = scheme + rest[..<end].lowercased()
    let path = rest[end...].prefix { $0 != "#" }
    self.path = path.hasPrefix("/") ? String(path) : "/" + path
  }

  private init(origin: String, path: String) {
    self.origin = origin
    self.path = path
  }

  /// Where a `Location` header of an answer from here leads (RFC 3986, 5.2, without `.` and `..`,
  /// which servers take apart themselves).
  func following(_ location: String) -> WebAddress? {
    if location.contains("://") { return WebAddress(location) }
    if location.hasPrefix("//") { return WebAddress((isSecure ? "https:" : "http:") + location) }
    if location.hasPrefix("/") { return WebAddress(origin: origin, path: location) }
    let folder = path.prefix { $0 != "?" }
    guard let slash = folder.lastIndex(of: "/"), !location.isEmpty else { return nil }
    return WebAddress(origin: origin, path: folder[...slash] + location)
  }

  /// `text` as it may stand in one part of a path: all but letters, digits and -._~ in % form.
  static func escaped(_ text: String, keepingSlashes: Bool = false) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        bytes.append(byte)
      case UInt8(ascii: "/") where keepingSlashes: bytes.append(byte)
      default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
