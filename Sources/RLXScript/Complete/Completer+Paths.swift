/// Where completion finds the names of files, and of what is built in.
package protocol PathSource {
  /// Entries of a folder whose names may begin as typed; those that fit the function first. The
  /// folder is as the script would say it, with a `/` at its end, or empty. No function: `use`.
  func entries(
    in folder: String, beginning: String, for function: String?
  ) -> PathListing
  /// What the path would be for `~/`.
  var home: String { get }
  /// What a function takes besides paths, with a line about each: what is built in, or "memory".
  func named(for function: String?) -> [(name: String, doc: String)]
}

/// Some entries of a folder.
package struct PathListing: Sendable {
  package struct Entry: Sendable {
    package var name: String
    package var isFolder: Bool
    /// One line about it: that a folder holds a model.
    package var doc: String

    package init(name: String, isFolder: Bool, doc: String = "") {
      self.name = name
      self.isFolder = isFolder
      self.doc = doc
    }
  }
  package var entries: [Entry]
  /// How many more there are.
  package var more: Int

  package init(entries: [Entry], more: Int) {
    self.entries = entries
    self.more = more
  }
}

extension Completer {
  /// Offers files and folders for the path that is being typed, in a string or where one belongs.
  func offerPaths(of spec: FunctionSpec?) {
    for (name, doc) in paths.named(for: spec?.qualifiedName) { offerText(name, .value, doc: doc) }
    guard let string = question.string else {
      guard matcher.typed.isEmpty else { return }
      return offer(paths.entries(in: "", beginning: "", for: spec?.qualifiedName)) {
        StringSpelling.quoted($0)
      }
    }
    let spelling = StringSpelling(string: string)
    let typed = question.typed
    var path = typed
    if typed == "~" || typed.hasPrefix("~/"), let home = spelling.spelled(paths.home) {
      // A script says no `~`: what is typed so becomes the path it stands for.
      path = home + (typed == "~" ? "/" : typed.dropFirst())
      matcher = SuggestionMatcher(path)
    }
    let slash = path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex
    guard let folder = spelling.text(of: String(path[..<slash])),
      let name = spelling.text(of: String(path[slash...]))
    else { return }
    offer(paths.entries(in: folder, beginning: name, for: spec?.qualifiedName)) { entry in
      spelling.spelled(entry).map { path[..<slash] + $0 }
    }
  }

  private func offer(_ listing: PathListing, _ spelled: @escaping (String) -> String?) {
    let closing = question.string?.closing ?? ""
    for entry in listing.entries {
      guard let text = spelled(entry.name + (entry.isFolder ? "/" : "")) else { continue }
      matcher.offer(question.string == nil ? entry.name : text) {
        Suggestion(
          text, entry.isFolder ? .folder : .file, doc: entry.doc,
          closing: entry.isFolder ? "" : closing)
      }
    }
    matcher.skip(listing.more)
  }
}
