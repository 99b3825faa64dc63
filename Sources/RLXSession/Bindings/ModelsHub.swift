import RLXHub
import RLXModels
import RLXScript

/// What a call says of a model's hub besides the name: `revision:` and `download:`.
struct HubChoice {
  var revision: HubRevision?
  var mayDownload = false
  /// What is wanted of the repository.
  var part = HubFiles.Part.model

  static var parameters: [ParameterSpec] {
    [
      ParameterSpec(
        "revision", .string, optional: true, example: "\"main\"",
        doc: "branch, tag or commit, where the name is one of a model hub; main if not given"),
      ParameterSpec(
        "download", .bool, default: .bool(false),
        doc: "whether to fetch it from the hub if neither a folder nor the cache has it"),
    ]
  }

  init(part: HubFiles.Part = .model) { self.part = part }

  init(_ call: Call, part: HubFiles.Part = .model) throws {
    self.part = part
    mayDownload = try call.bool("download")
    guard call.isGiven("revision") else { return }
    let text = try call.string("revision")
    guard let revision = HubRevision(text) else {
      throw Fault(
        .value, "\(call.spec.qualifiedName): revision: no revision can be called \"\(text)\"",
        remedy: "a branch, a tag, or the 40 digits of a commit", parameter: "revision")
    }
    self.revision = revision
  }
}

/// Finds models by the names they have on a hub: in huggingface_hub's cache, else on the hub itself
/// if the script or a person at the prompt says so.
struct HubModels {
  let core: SessionCore
  /// Who asks: "Model".
  let owner: String

  private var settings: HubSettings { core.files.hub }

  /// The folder of a model; the hashes of its files `names` are recorded under name and commit.
  /// `call` is how the script may write it to have it downloaded.
  func folder(
    _ name: HubName, _ choice: HubChoice, names: [String]
  ) throws -> String {
    let cache = HubCache(settings.cache)
    // A replay takes the commit that was recorded, wherever the branch stands by now.
    let recorded = core.files.recordedCommit(of: name).flatMap(HubRevision.init)
    let revision = recorded ?? choice.revision ?? .main
    var snapshot = cache.snapshot(of: name, revision)
    if snapshot.map({ !lacks($0, choice.part).isEmpty }) ?? true {
      let mayDownload = settings.isOffline ? false : try mayDownload(name, choice)
      if !mayDownload {
        if let snapshot { throw incomplete(snapshot, choice) }
        throw absent(name, revision)
      }
      snapshot = try download(name, revision, choice.part)
    }
    guard let snapshot else { throw absent(name, revision) }
    // One counted point whether it was downloaded or not: a replay, which finds it in the cache,
    // stops where the download was stopped.
    try core.point()
    try core.files.recordHub(snapshot, names: names + WeightFiles.shards(inFolder: snapshot.folder))
    return snapshot.folder
  }

  /// What is missing of a snapshot, for one who wants this part.
  private func lacks(_ snapshot: HubSnapshot, _ part: HubFiles.Part) -> [String] {
    switch part {
    case .tokenizer: return snapshot.has("tokenizer.json") ? [] : ["tokenizer.json"]
    case .adapter: return HubFiles.adapter.filter { !snapshot.has($0) }
    case .model:
      let files = ["config.json", "tokenizer.json"].filter { !snapshot.has($0) }
      if snapshot.has(HubFiles.weights) { return files }
      guard snapshot.has(HubFiles.index) else { return files + [HubFiles.weights] }
      return files + WeightFiles.shards(inFolder: snapshot.folder).filter { !snapshot.has($0) }
    }
  }

  // MARK: Downloading

  /// Whether the script says so, or a person at the prompt.
  private func mayDownload(_ name: HubName, _ choice: HubChoice) throws -> Bool {
    if choice.mayDownload { return true }
    guard name.hasOwner, core.output.reachesPerson, core.files.replay == nil, !core.isMuted else {
      return false
    }
    core.endProgress()
    let isWanted = core.console.confirm(
      "\(owner): \"\(name)\" is not on this machine. "
        + "Download it from \(settings.endpoint) into \(settings.cache)?")
    // Ctrl-C at the question ends the statement, as anywhere.
    if core.stop.isSet { try core.point() }
    return isWanted
  }

  private func download(_ name: HubName, _ revision: HubRevision, _ part: HubFiles.Part) throws
    -> HubSnapshot
  {
    let core = core
    let megabyte = 1_000_000
    let download = HubDownload(
      settings, name, revision, part: part, stop: { core.stop.isSet },
      report: { progress in
        core.show(
          "\(progress.isChecking ? "check" : "download") \(name)", progress.done / megabyte,
          of: max(progress.total / megabyte, 1), note: "MB  \(progress.file)")
      })
    defer { core.endProgress() }
    do throws(HubError) {
      return try download.run()
    } catch {
      guard error == .stopped else { throw fault(error) }
      try core.point()
      throw Fault(.stopped, "stopped")
    }
  }

  // MARK: Errors

  private func fault(_ error: HubError) -> Fault {
    Fault(
      error.isMissing ? .missing : .file, "\(owner): \(error)", remedy: error.remedy,
      parameter: error.isMissing ? "path" : nil)
  }

  private func absent(_ name: HubName, _ revision: HubRevision) -> Fault {
    let version = revision == .main ? "" : " at \(revision)"
    return Fault(
      .missing,
      "\(owner): there is no folder \"\(name)\", and no \"\(name)\"\(version) among the models of "
        + settings.cache, remedy: remedy(name, revision), parameter: "path")
  }

  private func incomplete(_ snapshot: HubSnapshot, _ choice: HubChoice) -> Fault {
    let lacking = lacks(snapshot, choice.part)
    let what =
      snapshot.brokenLink(lacking)?.description
      ?? "what the cache has of \"\(snapshot.name)\" lacks \(lacking.joined(separator: ", "))"
    return Fault(
      .missing, "\(owner): \(what)", remedy: remedy(snapshot.name, choice.revision ?? .main),
      parameter: "path")
  }

  private func remedy(_ name: HubName, _ revision: HubRevision) -> String {
    guard !settings.isOffline else { return "HF_HUB_OFFLINE is set: nothing is downloaded" }
    let version = revision == .main ? "" : ", revision: \"\(revision)\""
    return "\(owner)(\"\(name)\"\(version), download: true)"
  }
}
