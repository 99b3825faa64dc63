/// Where models are kept and asked for, as huggingface_hub reads it from the environment.
package struct HubSettings: Equatable, Sendable {
  /// The folder of the cache: `HF_HUB_CACHE`, else `HF_HOME`/hub, else ~/.cache/huggingface/hub.
  package var cache: String
  /// `HF_ENDPOINT`, without a slash at its end.
  package var endpoint: String
  /// What proves who asks: `HF_TOKEN`, else what stands in the token file.
  package var token: String?
  /// `HF_HUB_OFFLINE`: no server is asked for anything.
  package var isOffline: Bool
  /// Seconds for which a server may say nothing before it is asked again.
  package var patience = 30
  /// Seconds between the first two tries of a request; each pause is twice the one before.
  package var pause = 1.0
  /// How often a request is made at most while nothing comes of it.
  package var tries = 5

  package static let defaultEndpoint = "https://huggingface.co"

  package init(
    cache: String, endpoint: String = defaultEndpoint, token: String? = nil, isOffline: Bool = false
  ) {
    self.cache = cache
    self.endpoint = endpoint
    self.token = token
    self.isOffline = isOffline
  }

  /// The settings that environment variables make. `home` is the user's folder; `read` gives what
  /// stands in a file, nil where there is none.
  package init(
    environment: [String: String], home: String, read: (String) -> String?
  ) {
    func value(_ names: String...) -> String? {
      names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    }
    func folder(_ text: String) -> String {
      var text = text
      if text == "~" || text.hasPrefix("~/") { text = home + text.dropFirst() }
      while text.utf8.count > 1 && text.hasSuffix("/") { text.removeLast() }
      return text
    }
    let caches = value("XDG_CACHE_HOME").map(folder) ?? home + "/.cache"
    let base = value("HF_HOME").map(folder) ?? caches + "/huggingface"
    cache = value("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE").map(folder) ?? base + "/hub"
    endpoint = folder(value("HF_ENDPOINT") ?? Self.defaultEndpoint)
    isOffline = Self.isSet(value("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"))
    let file = value("HF_TOKEN_PATH").map(folder) ?? base + "/token"
    let found = value("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN") ?? read(file)
    // A line end or anything else that no header may hold would break the request.
    let cleaned = found?.filter { $0.isASCII && !$0.isWhitespace }
    token = cleaned.flatMap { $0.isEmpty ? nil : $0 }
  }

  private static func isSet(_ text: String?) -> Bool {
    ["1", "on", "yes", "true"].contains(text?.lowercased() ?? "")
  }
}
