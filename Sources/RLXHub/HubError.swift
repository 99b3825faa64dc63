/// What can go wrong between a name and the folder of its model. The prose is in
/// `HubError+Explained.swift`.
package enum HubError: Error, Equatable {
  // The cache
  case brokenLink(path: String, reason: String)
  case unwritable(path: String, reason: String)
  case noRoom(folder: String, wanted: Int, free: Int)
  // The way to the server
  case noLibrary(reason: String)
  case unreachable(url: String, reason: String)
  case refusedRedirect(url: String, to: String)
  // What the server says
  case noSuchName(name: String, endpoint: String, hasToken: Bool)
  case noSuchRevision(name: String, revision: String)
  case noSuchFile(name: String, file: String)
  case gated(name: String, endpoint: String, hasToken: Bool)
  case forbidden(name: String, hasToken: Bool, said: String)
  case status(url: String, code: Int, said: String)
  case brokenReply(url: String, found: String, wanted: String)
  case noWeights(name: String, found: [String])
  // What it sends
  case wrongSize(file: String, found: Int, wanted: Int)
  case wrongHash(file: String, found: String, wanted: String)
  /// A person stopped it; what had come stays for the next time.
  case stopped
}
