import Foundation
import RLXScript

/// What comes with rlx: a model, data sets and scripts, each under a name of its own.
///
/// A built-in name means the same wherever rlx is started, and sessions record it, not a path: the
/// replay on another machine finds its own copy and compares the hash. A file or folder of one's
/// own with such a name is `./nano`.
package enum Resources {
  /// What a name stands for.
  package enum Kind: String, Sendable { case model, dataset, preferences, script }

  /// A thing that comes with rlx.
  package struct Entry: Sendable {
    /// How scripts call it.
    package let name: String
    package let kind: Kind
    /// Its file or folder, relative to the folder of resources.
    let file: String
    /// One line.
    package let doc: String
  }

  /// Everything that has a name. Completion and errors read this table.
  package static let entries = [
    Entry(
      name: "nano", kind: .model, file: "nano",
      doc: "A small language model that tells children's stories."),
    Entry(
      name: "nano/text", kind: .dataset, file: "nano/text.jsonl.gz",
      doc: "Part of the text nano was trained on: {text}."),
    Entry(
      name: "nano/heldout", kind: .dataset, file: "nano/heldout.jsonl.gz",
      doc: "Text of the same kind that nano has not seen: {text}."),
    Entry(
      name: "nano/demos", kind: .dataset, file: "nano/demos.jsonl.gz",
      doc: "Requests with good answers: {prompt, completion}."),
    Entry(
      name: "nano/prompts", kind: .dataset, file: "nano/prompts.jsonl.gz",
      doc: "Requests and beginnings of stories: {prompt}."),
    Entry(
      name: "nano/prefs", kind: .preferences, file: "nano/prefs.jsonl.gz",
      doc: "Comparisons of answers by a simulated annotator: {prompt, chosen, rejected, by}."),
    Entry(
      name: "nano/gold.rlx", kind: .script, file: "nano/gold.rlx",
      doc: "How good an answer really is: happy, polite, on topic, brief."),
    Entry(
      name: "nano/world.rlx", kind: .script, file: "nano/world.rlx",
      doc: "The grammar that nano's stories were made with."),
  ]

  package static func entry(_ name: String) -> Entry? { entries.first { $0.name == name } }

  /// The folder that holds what the table lists; nil where there is none.
  package static let folder: String? = folder(
    beside: URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path,
    environment: ProcessInfo.processInfo.environment)

  /// The folder of resources for a program at `executable`: PREFIX/share/rlx for PREFIX/bin/rlx,
  /// Resources of the repository for a build in its .build, else what `$RLX_RESOURCES` says.
  package static func folder(beside executable: String, environment: [String: String]) -> String? {
    var candidates: [String] = []
    let parts = executable.split(separator: "/").dropLast().map(String.init)
    if let build = parts.lastIndex(of: ".build") {
      candidates.append("/" + (parts[..<build] + ["Resources"]).joined(separator: "/"))
    }
    if parts.last == "bin" {
      candidates.append("/" + (parts.dropLast() + ["share", "rlx"]).joined(separator: "/"))
    }
    if let named = environment["RLX_RESOURCES"], !named.isEmpty { candidates.append(named) }
    return candidates.first { FileManager.default.fileExists(atPath: $0 + "/nano") }
      .map { URL(fileURLWithPath: $0).resolvingSymlinksInPath().path }
  }

  /// Where a built-in thing lies, or a file of the folder of one (`nano/config.json`); nil where
  /// the name is none of these.
  static func place(of name: String) -> String? {
    guard let folder, name == "nano" || name.hasPrefix("nano/"), !name.contains("..") else {
      return nil
    }
    let place = folder + "/" + (entry(name)?.file ?? name)
    return FileManager.default.fileExists(atPath: place) ? place : nil
  }

  /// The built-in name of a file that lies among the resources, such as one that another uses.
  static func name(of place: String) -> String? {
    guard let folder, place.hasPrefix(folder + "/") else { return nil }
    return String(place.dropFirst(folder.count + 1))
  }

  /// The error of a built-in name whose thing is not on this machine; nil for other names.
  static func missing(_ name: String, for owner: String) -> Fault? {
    guard let entry = entry(name), place(of: name) == nil else { return nil }
    return Fault(
      .missing, "\(owner): the built-in \(entry.kind.rawValue) \"\(name)\" is not where rlx is",
      remedy: "set RLX_RESOURCES to the folder that holds nano, as Resources does in the repository"
    )
  }

  /// The error of a name that is nothing, neither built in nor a file (`isFile`), and close to a
  /// built-in one of these kinds; nil for other names.
  static func misspelt(
    _ name: String, for owner: String, kinds: Set<Kind>, isFile: Bool, quoting: (String) -> String
  ) -> Fault? {
    guard !isFile, place(of: name) == nil else { return nil }
    let known = entries.filter { kinds.contains($0.kind) }.map(\.name)
    guard let near = Spelling.nearest(name, among: known) else { return nil }
    return Fault(
      .missing, "\(owner): found no file \"\(name)\", and nothing built in is called so",
      remedy: quoting(near))
  }

  /// The error of writing to a built-in name; nil for other names.
  static func refusal(toWrite path: String) -> Fault? {
    let kind = entry(path)?.kind.rawValue ?? (place(of: path) == nil ? nil : "file")
    guard let kind else { return nil }
    return Fault(
      .value, "\"\(path)\" is the name of a built-in \(kind)",
      remedy: "\"./\(path)\" writes one of your own")
  }
}
