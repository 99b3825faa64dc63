import RLXData
import RLXTestSupport
import Testing

/// Known answers: FIPS 180-4's examples, as NIST publishes them with intermediate values.
@Suite struct SHA256Tests {
  static let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
  static let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
  static let twoBlocks = "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
  static let million = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"

  @Test func agreesWithTheStandard() {
    #expect(SHA256.hash("abc").hex == Self.abc)
    #expect(SHA256.hash([]).hex == Self.empty)
    #expect(
      SHA256.hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq").hex == Self.twoBlocks)
    #expect(SHA256.hash([UInt8](repeating: 0x61, count: 1_000_000)).hex == Self.million)
  }

  @Test func piecesMakeTheSameDigestAsTheWhole() {
    var hasher = SHA256.Hasher()
    for _ in 0..<1000 { hasher.update([UInt8](repeating: 0x61, count: 1000)) }
    #expect(hasher.finish().hex == Self.million)
  }

  @Test func aHasherIsAValueAndGoesOnAfterFinish() {
    var first = SHA256.Hasher()
    first.update("ab")
    var second = first
    second.update("x")
    #expect(first.finish() == SHA256.hash("ab"))
    first.update("c")
    #expect(first.finish().hex == Self.abc)
    #expect(second.finish() == SHA256.hash("abx"))
  }

  @Test func hashesFilesInPieces() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a", String(repeating: "a", count: 1_000_000))
    let (digest, size) = try SHA256.ofFile(path)
    #expect(digest.hex == Self.million)
    #expect(size == 1_000_000)
    let error = #expect(throws: DataError.self) { try SHA256.ofFile(folder.path("none")) }
    #expect(error?.isMissing == true)
    let wrong = #expect(throws: DataError.self) { try SHA256.ofFile(folder.path("")) }
    #expect(wrong?.found == "a folder")
    #expect(wrong?.isMissing == false)
  }
}
