import CCurl
import Glibc

/// The head of an answer.
struct HTTPHead: Equatable {
  var status = 0
  /// Names in lower case, in order.
  var headers: [(name: String, value: String)] = []

  static func == (a: HTTPHead, b: HTTPHead) -> Bool {
    a.status == b.status && a.headers.map(\.name) == b.headers.map(\.name)
      && a.headers.map(\.value) == b.headers.map(\.value)
  }

  /// The first header of a name (in lower case).
  subscript(_ name: String) -> String? { headers.first { $0.name == name }?.value }

  /// Takes one line of a head. A new status line, as after 100 Continue or what a proxy says first,
  /// starts a new head.
  mutating func take(_ line: String) {
    if line.hasPrefix("HTTP/") {
      let words = line.split(separator: " ")
      self = HTTPHead(status: words.count > 1 ? Int(words[1]) ?? 0 : 0)
    } else if let colon = line.firstIndex(of: ":") {
      let value = line[line.index(after: colon)...]
      headers.append((line[..<colon].lowercased(), Self.trimmed(value)))
    }
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }
}

/// One request at a time to a web server, by libcurl. It follows nothing and tries nothing twice:
/// `HubClient` does.
final class HTTPClient {
  private let handle: OpaquePointer
  private let stop: () -> Bool
  private let patience: Int

  /// `stop` is asked about once a second, and with every piece that comes; `patience` is how many
  /// seconds a server may say nothing.
  init(patience: Int, stop: @escaping () -> Bool) throws(HubError) {
    guard let handle = rlx_http_client_new() else {
      let reason = rlx_http_missing().map { String(cString: $0) } ?? "no memory"
      throw .noLibrary(reason: reason)
    }
    self.handle = handle
    self.patience = patience
    self.stop = stop
  }

  deinit { rlx_http_client_free(handle) }

  enum Method { case head, get }

  /// Sends a request and gives `body` each piece of the answer once `head` has seen its head. Either
  /// ends it by throwing.
  ///
  /// Throws `unreachable` where no whole answer comes, `stopped` when it is to stop.
  func perform(
    _ method: Method, _ url: String, headers: [(name: String, value: String)],
    head: @escaping (HTTPHead) throws(HubError) -> Void = { _ in },
    body: @escaping (UnsafeRawBufferPointer) throws(HubError) -> Void = { _ in }
  ) throws(HubError) -> HTTPHead {
    let exchange = Exchange(head: head, body: body, stop: stop)
    let lines = headers.map { "\($0.name): \($0.value)" }
    var outcome = rlx_http_outcome()
    withCStrings(lines) { lines in
      url.withCString { url in
        var request = rlx_http_request()
        request.url = url
        request.headers = lines
        request.is_head = method == .head ? 1 : 0
        request.connect_seconds = patience
        request.stall_seconds = patience
        request.context = Unmanaged.passUnretained(exchange).toOpaque()
        request.on_header = { Exchange.at($0).takeHeader($1, $2) }
        request.on_body = { Exchange.at($0).takeBody($1, $2) }
        request.on_tick = { Exchange.at($0).tick() }
        rlx_http_perform(handle, &request, &outcome)
      }
    }
    if let failure = exchange.failure { throw failure }
    guard outcome.is_complete != 0 else {
      let message = withUnsafeBytes(of: &outcome.message) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      throw .unreachable(url: url, reason: message)
    }
    return exchange.answer
  }

  /// What libcurl's calls work on while a request runs.
  private final class Exchange {
    private(set) var answer = HTTPHead()
    private(set) var failure: HubError?
    private var hasToldHead = false
    private let head: (HTTPHead) throws(HubError) -> Void
    private let body: (UnsafeRawBufferPointer) throws(HubError) -> Void
    private let stop: () -> Bool

    init(
      head: @escaping (HTTPHead) throws(HubError) -> Void,
      body: @escaping (UnsafeRawBufferPointer) throws(HubError) -> Void, stop: @escaping () -> Bool
    ) {
      self.head = head
      self.body = body
      self.stop = stop
    }

    static func at(_ context: UnsafeMutableRawPointer?) -> Exchange {
      guard let context else { preconditionFailure("libcurl lost whom it works for") }
      return Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
    }

    func takeHeader(_ line: UnsafePointer<CChar>?, _ length: Int) -> Int32 {
      let bytes = UnsafeRawBufferPointer(start: line, count: length)
      answer.take(String(decoding: bytes, as: UTF8.self))
      return tick()
    }

    func takeBody(_ bytes: UnsafeRawPointer?, _ length: Int) -> Int32 {
      guard tick() != 0 else { return 0 }
      do throws(HubError) {
        if !hasToldHead { try head(answer) }
        hasToldHead = true
        try body(UnsafeRawBufferPointer(start: bytes, count: length))
        return 1
      } catch {
        failure = error
        return 0
      }
    }

    func tick() -> Int32 {
      if stop() { failure = .stopped }
      return failure == nil ? 1 : 0
    }
  }
}

/// Calls `body` with C's form of an array of texts, ended by nil.
private func withCStrings(
  _ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Void
) {
  let copies = texts.map { strdup($0) }
  defer { for copy in copies { free(copy) } }
  var pointers = copies.map { UnsafePointer($0) } + [nil]
  pointers.withUnsafeMutableBufferPointer { buffer in
    guard let base = buffer.baseAddress else { return }
    body(UnsafePointer(base))
  }
}
