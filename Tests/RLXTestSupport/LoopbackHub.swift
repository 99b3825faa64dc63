import Foundation
import Synchronization

/// A small model hub for one test: one repository at one commit, as the hub of huggingface_hub
/// answers for it. What goes wrong is put before it with `faults`.
package final class LoopbackHub: Sendable {
  package typealias Fault = @Sendable (LoopbackServer.Request) -> LoopbackServer.Reply?

  /// A file of the repository.
  package struct File: Sendable {
    package let name: String
    package let bytes: [UInt8]
    /// What the hub calls its content.
    package let etag: String
    /// Whether another address sends it, as those of Git LFS.
    package let isLarge: Bool

    package init(_ name: String, _ bytes: [UInt8], etag: String, isLarge: Bool = false) {
      self.name = name
      self.bytes = bytes
      self.etag = etag
      self.isLarge = isLarge
    }
  }

  package static let commit = String(repeating: "0123456789", count: 4)

  private let hub: LoopbackServer
  /// What sends large files, on a port of its own: another host than the hub.
  private let store: LoopbackServer

  package var address: String { hub.address }
  package var requests: [LoopbackServer.Request] { hub.requests }
  package var storeRequests: [LoopbackServer.Request] { store.requests }

  package init(_ name: String, _ files: [File]) throws {
    let faults = Faults()
    store = try LoopbackServer { request in
      if let reply = faults.reply(request) { return reply }
      guard let file = files.first(where: { "/blobs/\($0.etag)" == request.path }) else {
        return LoopbackServer.Reply(403)
      }
      return Self.reply(file, request)
    }
    let place = store.address
    hub = try LoopbackServer { request in
      if let reply = faults.reply(request) { return reply }
      if request.path.hasPrefix("/api/models/\(name)/revision/") {
        return Self.listing(name, files, String(request.path.split(separator: "/").last ?? ""))
      }
      let prefix = "/\(name)/resolve/\(Self.commit)/"
      guard request.path.hasPrefix(prefix) else {
        return LoopbackServer.Reply(404, headers: ["X-Error-Code": "RepoNotFound"])
      }
      let wanted = request.path.dropFirst(prefix.count).removingPercentEncoding
      guard let file = files.first(where: { $0.name == wanted }) else {
        return LoopbackServer.Reply(404, headers: ["X-Error-Code": "EntryNotFound"])
      }
      guard file.isLarge else { return Self.reply(file, request) }
      return LoopbackServer.Reply(
        302,
        headers: [
          "Location": "\(place)/blobs/\(file.etag)", "X-Repo-Commit": Self.commit,
          "X-Linked-Etag": "\"\(file.etag)\"", "X-Linked-Size": "\(file.bytes.count)",
        ])
    }
    self.faults = faults
  }

  private let faults: Faults

  /// Asked before the hub and its store, until it gives nil.
  package func breaking(_ fault: @escaping Fault) { faults.add(fault) }

  private final class Faults: Sendable {
    private let all = Mutex<[Fault]>([])
    func add(_ fault: @escaping Fault) { all.withLock { $0.append(fault) } }
    func reply(_ request: LoopbackServer.Request) -> LoopbackServer.Reply? {
      for fault in all.withLock({ $0 }) { if let reply = fault(request) { return reply } }
      return nil
    }
  }

  private static func listing(_ name: String, _ files: [File], _ revision: String)
    -> LoopbackServer.Reply
  {
    guard revision == "main" || revision == commit else {
      return LoopbackServer.Reply(404, headers: ["X-Error-Code": "RevisionNotFound"])
    }
    let siblings = files.map { "{\"rfilename\": \"\($0.name)\"}" }.joined(separator: ", ")
    return LoopbackServer.Reply(
      200, Array("{\"id\": \"\(name)\", \"sha\": \"\(commit)\", \"siblings\": [\(siblings)]}".utf8))
  }

  /// A file, or the rest of it that is asked for.
  private static func reply(_ file: File, _ request: LoopbackServer.Request)
    -> LoopbackServer.Reply
  {
    var headers = ["ETag": "\"\(file.etag)\"", "X-Repo-Commit": commit]
    guard let range = request.headers["range"], let start = Int(range.dropFirst(6).dropLast())
    else {
      return LoopbackServer.Reply(200, file.bytes, headers: headers)
    }
    guard start < file.bytes.count else { return LoopbackServer.Reply(416, headers: headers) }
    headers["Content-Range"] = "bytes \(start)-\(file.bytes.count - 1)/\(file.bytes.count)"
    return LoopbackServer.Reply(206, Array(file.bytes[start...]), headers: headers)
  }
}
