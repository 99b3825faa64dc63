import RLXScript

extension Session {
  /// What could stand at `cursor`, which counts scalars of `text`: names, members, arguments with
  /// type and default, columns, metrics, paths. Evaluates nothing and reads no property that is
  /// computed; the work is bounded whatever the session holds.
  package func complete(_ text: String, cursor: Int) -> CompletionList {
    CompletionList(
      Completer(
        runner.interpreter, tables: .session, paths: FileNames(), text: text, cursor: cursor
      ).complete())
  }

  /// The files and folders that a path could go on with: the argument of a colon command, which is
  /// no string and has no escapes.
  package nonisolated static func completePath(_ typed: String, cursor: Int) -> CompletionList {
    let names = FileNames()
    var path = typed
    if typed == "~" || typed.hasPrefix("~/") {
      path = names.home + (typed == "~" ? "/" : typed.dropFirst())
    }
    let slash = path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex
    let folder = String(path[..<slash])
    let listing = names.entries(in: folder, beginning: String(path[slash...]), for: nil)
    var list = CompletionList(
      of: listing.entries.map {
        CompletionItem(
          folder + $0.name + ($0.isFolder ? "/" : ""), kind: $0.isFolder ? "folder" : "file")
      }, typed: path, cursor: cursor)
    list.replaced = (cursor - typed.unicodeScalars.count)..<cursor
    list.more += listing.more
    if listing.more > 0 { list.insertion = nil }
    return list
  }
}
