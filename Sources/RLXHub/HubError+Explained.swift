/// The prose of `HubError`: what was found and wanted, and what to try.
extension HubError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .brokenLink(let path, let reason): "\(path): a link that leads nowhere (\(reason))"
    case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)"
    case .noRoom(let folder, let wanted, let free):
      "\(folder): \(Self.size(wanted)) are to come, and there is room for \(Self.size(free))"
    case .noLibrary(let reason): "downloading needs libcurl: \(reason)"
    case .unreachable(let url, let reason): "\(url): \(reason)"
    case .refusedRedirect(let url, let place): "\(url): the server sends on to \(place)"
    case .noSuchName(let name, let endpoint, _): "\(endpoint) knows no model \"\(name)\""
    case .noSuchRevision(let name, let revision): "\"\(name)\" has no revision \"\(revision)\""
    case .noSuchFile(let name, let file): "\"\(name)\" has no file \(file)"
    case .gated(let name, _, let hasToken):
      "\"\(name)\" is only given to those who were granted access, and "
        + (hasToken ? "the owner of HF_TOKEN is none of them" : "HF_TOKEN is not set")
    case .forbidden(let name, let hasToken, let said):
      "\"\(name)\" is not given " + (hasToken ? "for this HF_TOKEN" : "without HF_TOKEN")
        + (said.isEmpty ? "" : ": \(said)")
    case .status(let url, let code, let said):
      "\(url): the server answered \(code)" + (said.isEmpty ? "" : ": \(said)")
    case .brokenReply(let url, let found, let wanted): "\(url): expected \(wanted), found \(found)"
    case .noWeights(let name, let found):
      "\"\(name)\" has no safetensors"
        + (found.isEmpty ? "" : ", only " + found.joined(separator: ", "))
    case .wrongSize(let file, let found, let wanted):
      "\(file): \(found) bytes came, and the server promised \(wanted)"
    case .wrongHash(let file, let found, let wanted):
      "\(file): what came has the hash \(found), and the server promised \(wanted)"
    case .stopped: "stopped"
    }
  }

  package var remedy: String? {
    switch self {
    case .brokenLink: "download: true fetches it again"
    case .unwritable: "HF_HUB_CACHE names another folder"
    case .noRoom: "make room, or name another folder with HF_HUB_CACHE"
    case .noLibrary: "apt-get install libcurl4"
    case .unreachable:
      "is there a network? what had come is kept, and the next try goes on from there"
    case .refusedRedirect:
      "rlx follows to http: and https: addresses only, and from https: to no http:"
    case .noSuchName(_, _, let hasToken):
      hasToken
        ? "check the name"
        : "check the name; a private model needs HF_TOKEN"
    case .noSuchRevision: "leave revision: out for main"
    case .noSuchFile: nil
    case .gated(let name, let endpoint, let hasToken):
      "ask for access at \(endpoint)/\(name)" + (hasToken ? "" : ", then set HF_TOKEN")
    case .forbidden(_, let hasToken, _): hasToken ? "check what the token allows" : "set HF_TOKEN"
    case .status(_, let code, _):
      code >= 500 || code == 429 ? "try again later; what had come is kept" : nil
    case .brokenReply: "is HF_ENDPOINT the address of a hub?"
    case .noWeights: "convert it with transformers: save_pretrained writes safetensors"
    case .wrongSize, .wrongHash: "nothing of it was kept; try again, or another HF_ENDPOINT"
    case .stopped: nil
    }
  }

  /// Whether what was asked for is not there at all.
  package var isMissing: Bool {
    switch self {
    case .noSuchName, .noSuchRevision, .noSuchFile, .noWeights, .gated, .forbidden: true
    default: false
    }
  }

  /// Bytes for people: "1.23 GB".
  package static func size(_ bytes: Int) -> String {
    let units = ["bytes", "kB", "MB", "GB", "TB"]
    var (value, unit) = (Double(bytes), 0)
    while value >= 999.5, unit + 1 < units.count { (value, unit) = (value / 1000, unit + 1) }
    let digits = unit == 0 || value >= 100 ? 1.0 : value >= 10 ? 10 : 100
    let rounded = (value * digits).rounded() / digits
    return (rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)") + " " + units[unit]
  }
}
