import Glibc
import RLXData

/// What a hub is asked: the list of a repository's files, what it promises of one, and the file.
///
/// Redirections are followed; the token goes to the hub alone, never to where it sends on. What
/// fails by itself (no answer, 429, 5xx) is tried again with growing pauses.
final class HubClient {
  private let settings: HubSettings
  private let http: HTTPClient
  private let stop: () -> Bool
  private let home: WebAddress

  init(_ settings: HubSettings, stop: @escaping () -> Bool) throws(HubError) {
    guard let home = WebAddress(settings.endpoint) else {
      throw .brokenReply(
        url: settings.endpoint, found: "no address", wanted: "an http: or https: address")
    }
    self.settings = settings
    self.home = home
    self.stop = stop
    http = try HTTPClient(patience: settings.patience, stop: stop)
  }

  var shouldStop: Bool { stop() }
  /// Seconds between the first two tries of something.
  var pause: Double { settings.pause }

  // MARK: Questions

  /// A repository at one commit.
  struct Listing {
    let commit: String
    let files: [String]
  }

  /// What a revision holds.
  func listing(_ name: HubName, _ revision: HubRevision) throws(HubError) -> Listing {
    let url =
      "\(settings.endpoint)/api/models/\(name)/revision/\(WebAddress.escaped(revision.text))"
    let bytes = try text(url, of: name, revision, atMost: 64 << 20)
    let wanted = "a list of files with their commit"
    guard let json = try? JSON.parse(bytes), let commit = json["sha"]?.stringValue,
      HubRevision.isCommit(commit), let entries = json["siblings"]?.arrayValue
    else {
      throw .brokenReply(url: url, found: Self.beginning(of: bytes), wanted: wanted)
    }
    let files = entries.compactMap { $0["rfilename"]?.stringValue }.filter(HubFiles.isPlain)
    return Listing(commit: commit, files: files)
  }

  /// What the hub promises of a file: its name in the store of blobs, and its size.
  struct Promise: Equatable {
    let etag: String
    let size: Int?
  }

  func promise(_ name: HubName, _ revision: HubRevision, commit: String, file: String)
    throws(HubError) -> Promise
  {
    let url = address(name, commit: commit, file: file)
    // The hub itself knows the file by its hash; where it sends on to, another server may not.
    let head = try retrying { () throws(HubError) in
      let head = try follow(.head, url, until: { $0["x-linked-etag"] != nil || $0["etag"] != nil })
      if !Self.sendsOn(head) { try check(head, url, name, revision, file: file) }
      return head
    }
    let tag = (head["x-linked-etag"] ?? head["etag"]).map(Self.plainTag) ?? ""
    guard !tag.isEmpty, tag.utf8.count <= 128, HubFiles.isPlain(tag), !tag.contains("/") else {
      throw .brokenReply(
        url: url, found: tag.isEmpty ? "no ETag" : "the ETag \(tag)",
        wanted: "the hash of the file as its ETag")
    }
    let size = (head["x-linked-size"] ?? head["content-length"]).flatMap(Int.init)
    return Promise(etag: tag, size: size.flatMap { $0 >= 0 ? $0 : nil })
  }

  /// Gives `body` the bytes of a file from `start` on. `begin` is told where they really begin,
  /// before the first comes: a server need not be able to start in the middle.
  func fetch(
    _ name: HubName, _ revision: HubRevision, commit: String, file: String, from start: Int,
    begin: @escaping (Int) throws(HubError) -> Void,
    body: @escaping (UnsafeRawBufferPointer) throws(HubError) -> Void
  ) throws(HubError) -> HTTPHead {
    var range: [(name: String, value: String)] = []
    if start > 0 { range = [("Range", "bytes=\(start)-")] }
    let url = address(name, commit: commit, file: file)
    return try follow(
      .get, url, headers: range,
      head: { head throws(HubError) in
        switch head.status {
        case 200: try begin(0)
        case 206 where Self.rangeStart(head) == start: try begin(start)
        case 206:
          throw .brokenReply(
            url: url, found: head["content-range"] ?? "no Content-Range",
            wanted: "bytes from \(start) on")
        default: break
        }
      },
      body: { head, bytes throws(HubError) in if head.status / 100 == 2 { try body(bytes) } })
  }

  // MARK: Asking

  private func address(_ name: HubName, commit: String, file: String) -> String {
    "\(settings.endpoint)/\(name)/resolve/\(commit)/"
      + WebAddress.escaped(file, keepingSlashes: true)
  }

  /// The body of an answer of 200.
  private func text(
    _ url: String, of name: HubName, _ revision: HubRevision, atMost limit: Int
  ) throws(HubError) -> [UInt8] {
    var bytes: [UInt8] = []
    _ = try retrying { () throws(HubError) in
      bytes = []
      let head = try follow(
        .get, url,
        body: { _, more throws(HubError) in
          guard bytes.count + more.count <= limit else {
            throw .brokenReply(url: url, found: "more than \(limit) bytes", wanted: "a short list")
          }
          bytes += more
        })
      try check(head, url, name, revision, file: nil)
      return head
    }
    return bytes
  }

  /// Sends a request and follows where it is sent on, at most ten times, until an answer will do.
  private func follow(
    _ method: HTTPClient.Method, _ url: String, headers: [(name: String, value: String)] = [],
    until isEnough: (HTTPHead) -> Bool = { _ in false },
    head: @escaping (HTTPHead) throws(HubError) -> Void = { _ in },
    body: @escaping (HTTPHead, UnsafeRawBufferPointer) throws(HubError) -> Void = { _, _ in }
  ) throws(HubError) -> HTTPHead {
    guard var place = WebAddress(url) else {
      throw .brokenReply(url: url, found: "no address", wanted: "an http: or https: address")
    }
    for _ in 0...10 {
      // Compression on the way would change lengths, ranges and what is hashed.
      var all = headers + [("Accept-Encoding", "identity")]
      if let token = settings.token, place.origin == home.origin {
        all.append(("Authorization", "Bearer \(token)"))
      }
      var current = HTTPHead()
      let answer = try http.perform(
        method, place.text, headers: all,
        head: { found throws(HubError) in
          current = found
          if !Self.sendsOn(found) { try head(found) }
        },
        body: { bytes throws(HubError) in
          if !Self.sendsOn(current) { try body(current, bytes) }
        })
      guard Self.sendsOn(answer), !isEnough(answer), let location = answer["location"] else {
        return answer
      }
      guard let next = place.following(location), next.isSecure || !place.isSecure else {
        throw .refusedRedirect(url: place.text, to: location)
      }
      place = next
    }
    throw .refusedRedirect(url: url, to: "one address after another")
  }

  private static func sendsOn(_ head: HTTPHead) -> Bool {
    [301, 302, 303, 307, 308].contains(head.status)
  }

  /// Throws what an answer other than success means.
  func check(
    _ head: HTTPHead, _ url: String, _ name: HubName, _ revision: HubRevision, file: String?
  ) throws(HubError) {
    guard head.status / 100 != 2 else { return }
    let said = head["x-error-message"] ?? ""
    let hasToken = settings.token != nil
    switch (head.status, head["x-error-code"]) {
    case (_, "GatedRepo"):
      throw .gated(name: name.text, endpoint: settings.endpoint, hasToken: hasToken)
    case (_, "RevisionNotFound"):
      throw .noSuchRevision(name: name.text, revision: revision.text)
    case (404, "EntryNotFound"): throw .noSuchFile(name: name.text, file: file ?? "")
    // The hub says 401 of what does not exist, so that nobody learns what is private.
    case (_, "RepoNotFound"), (401, nil):
      throw .noSuchName(name: name.text, endpoint: settings.endpoint, hasToken: hasToken)
    case (401, _), (403, _): throw .forbidden(name: name.text, hasToken: hasToken, said: said)
    case (404, _):
      if let file { throw .noSuchFile(name: name.text, file: file) }
      throw .noSuchName(name: name.text, endpoint: settings.endpoint, hasToken: hasToken)
    default: throw .status(url: url, code: head.status, said: said)
    }
  }

  // MARK: Patience

  /// What `body` gives, tried again while what it throws may pass by itself.
  func retrying(_ body: () throws(HubError) -> HTTPHead) throws(HubError) -> HTTPHead {
    var pause = settings.pause
    var left = settings.tries
    while true {
      do throws(HubError) {
        return try body()
      } catch {
        left -= 1
        guard left > 0, error.mayPass else { throw error }
        try wait(pause)
        pause = min(2 * pause, 30)
      }
    }
  }

  /// Sleeps, unless it is to stop.
  func wait(_ seconds: Double) throws(HubError) {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
      if stop() { throw .stopped }
      usleep(20_000)
    }
  }

  // MARK: Headers

  /// W/"x" and "x" as x.
  private static func plainTag(_ tag: String) -> String {
    var tag = tag[...]
    if tag.hasPrefix("W/") { tag = tag.dropFirst(2) }
    return tag.filter { $0 != "\"" }
  }

  /// Where the bytes of an answer begin, by "bytes 10-19/20".
  private static func rangeStart(_ head: HTTPHead) -> Int? {
    guard let range = head["content-range"], range.hasPrefix("bytes ") else { return nil }
    return Int(range.dropFirst(6).prefix { $0 != "-" })
  }

  private static func beginning(of bytes: [UInt8]) -> String {
    let text = String(decoding: bytes.prefix(40), as: UTF8.self)
    return bytes.isEmpty ? "nothing" : "\"\(text)\"\(bytes.count > 40 ? "…" : "")"
  }
}

extension HubError {
  /// Whether another try may go better.
  var mayPass: Bool {
    switch self {
    case .unreachable: true
    case .status(_, let code, _): code == 429 || code >= 500 || code == 408
    default: false
    }
  }
}
