import RLXHub
import Testing

@Suite struct HubNameTests {
  @Test(arguments: ["gpt2", "openai-community/gpt2", "Qwen/Qwen2-0.5B", "a_b/c.d-e"])
  func takesWhatTheHubTakes(_ text: String) {
    #expect(HubName(text)?.text == text)
  }

  @Test(arguments: [
    "", "/", "a/", "/a", "../x", "a/../b", "..", "a/b/c", "a--b/c", "-a/b", "a/b.", "a b/c", "a/ü",
    "a/b.git", "a\u{0}/b", "./a", "~/a", "a/" + String(repeating: "b", count: 100),
  ])
  func refusesWhatCouldLeadElsewhere(_ text: String) {
    #expect(HubName(text) == nil)
  }

  @Test(arguments: ["main", "v1.0", "refs/pr/3", String(repeating: "a1", count: 20)])
  func takesBranchesTagsAndCommits(_ text: String) {
    #expect(HubRevision(text)?.text == text)
  }

  @Test(arguments: ["", "..", "a/../b", "/main", "a//b", "a b", "a\n", "a:b", ".git", "a/.b", "-x"])
  func refusesRevisionsThatAreNone(_ text: String) {
    #expect(HubRevision(text) == nil)
  }
}

@Suite struct HubSettingsTests {
  private func settings(_ environment: [String: String], file: String? = nil) -> HubSettings {
    HubSettings(environment: environment, home: "/home/u", read: { _ in file })
  }

  /// The precedence of huggingface_hub's constants.py.
  @Test(arguments: [
    ([:], "/home/u/.cache/huggingface/hub"),
    (["XDG_CACHE_HOME": "/c"], "/c/huggingface/hub"),
    (["HF_HOME": "~/hf/"], "/home/u/hf/hub"),
    (["HF_HOME": "/hf", "HF_HUB_CACHE": "/x y/ü"], "/x y/ü"),
    (["HUGGINGFACE_HUB_CACHE": "/old", "HF_HOME": "/hf"], "/old"),
    (["HF_HOME": ""], "/home/u/.cache/huggingface/hub"),
  ])
  func findsTheCache(_ environment: [String: String], _ folder: String) {
    #expect(settings(environment).cache == folder)
  }

  @Test func readsTheTokenFromTheEnvironmentBeforeTheFile() {
    #expect(settings([:]).token == nil)
    #expect(settings([:], file: "hf_file\n").token == "hf_file")
    #expect(settings(["HF_TOKEN": "hf_a"], file: "hf_file").token == "hf_a")
    #expect(settings(["HF_TOKEN": "hf_a\r\nX: y"]).token == "hf_aX:y")
  }

  @Test func knowsEndpointAndOfflineMode() {
    #expect(settings([:]).endpoint == "https://huggingface.co")
    #expect(
      settings(["HF_ENDPOINT": "https://mirror.example/"]).endpoint == "https://mirror.example")
    #expect(!settings(["HF_HUB_OFFLINE": "0"]).isOffline)
    #expect(settings(["HF_HUB_OFFLINE": "1"]).isOffline)
    #expect(settings(["TRANSFORMERS_OFFLINE": "TRUE"]).isOffline)
  }
}
