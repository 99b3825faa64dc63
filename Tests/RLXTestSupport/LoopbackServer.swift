import Foundation
import Synchronization

/// A web server for one test, on 127.0.0.1 and a port of its own: one connection at a time a thread,
/// one request a connection.
package final class LoopbackServer: Sendable {
  package struct Request: Sendable {
    package let method: String
    /// What stands behind the host, with the query.
    package let path: String
    /// Names in lower case.
    package let headers: [String: String]
  }

  package struct Reply: Sendable {
    package var status: Int
    package var headers: [String: String]
    package var body: [UInt8]
    /// Bytes of the body after which the connection breaks off.
    package var breaksAfter: Int?
    /// Milliseconds before anything is said.
    package var delay: Int
    /// Bytes a piece, with a millisecond between them; nil for all at once.
    package var pieces: Int?

    package init(
      _ status: Int, _ body: [UInt8] = [], headers: [String: String] = [:], breaksAfter: Int? = nil,
      delay: Int = 0, pieces: Int? = nil
    ) {
      self.status = status
      self.headers = headers
      self.body = body
      self.breaksAfter = breaksAfter
      self.delay = delay
      self.pieces = pieces
    }
  }

  /// What the threads need, which may outlive the server by a moment.
  private final class Desk: Sendable {
    let log = Mutex<[Request]>([])
    let answer: @Sendable (Request) -> Reply

    init(_ answer: @escaping @Sendable (Request) -> Reply) { self.answer = answer }

    func converse(_ connection: Int32) {
      guard let request = LoopbackServer.readRequest(connection) else { return }
      log.withLock { $0.append(request) }
      LoopbackServer.send(answer(request), to: request, connection)
    }
  }

  private let socket: Int32
  package let port: UInt16
  private let desk: Desk

  package var address: String { "http://127.0.0.1:\(port)" }
  /// The requests so far.
  package var requests: [Request] { desk.log.withLock { $0 } }

  package init(_ answer: @escaping @Sendable (Request) -> Reply) throws {
    desk = Desk(answer)
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let (made, size) = (socket, length)
    let bound = withUnsafeMutablePointer(to: &place) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(made, $0, size) == 0 && listen(made, 16) == 0 && getsockname(made, $0, &length) == 0
      }
    }
    guard made >= 0, bound else { throw POSIXError(.EADDRNOTAVAIL) }
    port = UInt16(bigEndian: place.sin_port)
    Thread { [made, desk] in
      // Until the server's end shuts the socket.
      while case let connection = accept(made, nil, nil), connection >= 0 {
        Thread {
          desk.converse(connection)
          close(connection)
        }.start()
      }
    }.start()
  }

  deinit {
    shutdown(socket, Int32(SHUT_RDWR))
    close(socket)
  }

  private static func send(_ reply: Reply, to request: Request, _ connection: Int32) {
    usleep(UInt32(reply.delay) * 1000)
    var head = "HTTP/1.1 \(reply.status) Said\r\nConnection: close\r\n"
    if reply.headers["Content-Length"] == nil { head += "Content-Length: \(reply.body.count)\r\n" }
    for (name, value) in reply.headers { head += "\(name): \(value)\r\n" }
    guard send(Array((head + "\r\n").utf8), connection), request.method != "HEAD" else { return }
    let body = reply.body.prefix(reply.breaksAfter ?? reply.body.count)
    let piece = max(1, reply.pieces ?? body.count)
    var start = 0
    while start < body.count {
      let end = min(start + piece, body.count)
      guard send(Array(body[start..<end]), connection) else { return }
      if reply.pieces != nil { usleep(1000) }
      start = end
    }
  }

  private static func readRequest(_ connection: Int32) -> Request? {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    let end = Array("\r\n\r\n".utf8)
    while !bytes.suffix(4).elementsEqual(end) {
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return nil }
      bytes += buffer[..<count]
    }
    let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
    let words = (lines.first ?? "").split(separator: " ").map(String.init)
    guard words.count >= 2 else { return nil }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      headers[line[..<colon].lowercased()] =
        line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    }
    return Request(method: words[0], path: words[1], headers: headers)
  }

  private static func send(_ bytes: [UInt8], _ connection: Int32) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { bytes in
        Glibc.send(
          connection, bytes.baseAddress.map { $0 + done }, bytes.count - done,
          Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }
}
