import RLXData

/// The chat templates that came with a tokenizer, by name: most have one, called `default`.
struct ChatTemplates: Sendable {
  struct Entry: Sendable {
    let name: String
    /// Where it stands, for errors.
    let file: String
    let template: Result<Template, TemplateError>
  }

  private(set) var entries: [Entry] = []

  /// Adds a template, or puts it in the place of the one of its name. One that does not parse is kept
  /// with its error, for whoever uses it: the tokenizer works without.
  mutating func set(_ name: String, _ source: String, file: String) {
    let entry = Entry(
      name: name, file: file,
      template: Result { () throws(TemplateError) in try Template(source) })
    if let place = entries.firstIndex(where: { $0.name.isExactly(name) }) {
      entries[place] = entry
    } else {
      entries.append(entry)
    }
  }

  /// The template of a name, or `given` itself as the text of one; without it `tool_use` if there are
  /// tools and such a template, else `default`.
  func template(_ given: String?, withTools: Bool) throws(ModelError) -> Template {
    let named = given ?? (withTools && entry("tool_use") != nil ? "tool_use" : "default")
    guard let entry = entry(named) else {
      guard let given else { throw .noChatTemplate(known: entries.map(\.name)) }
      do throws(TemplateError) { return try Template(given) } catch {
        throw .chatTemplate(place: "template", error: error)
      }
    }
    switch entry.template {
    case .success(let template): return template
    case .failure(let error): throw .chatTemplate(place: entry.file, error: error)
    }
  }

  /// What errors of a template are said to be in.
  func place(_ given: String?, withTools: Bool) -> String {
    let named = given ?? (withTools && entry("tool_use") != nil ? "tool_use" : "default")
    return entry(named)?.file ?? "template"
  }

  private func entry(_ name: String) -> Entry? { entries.first { $0.name.isExactly(name) } }

  // MARK: - Files

  static let file = "chat_template.jinja"
  static let folder = "additional_chat_templates"

  /// Adds what a tokenizer_config.json has: one template, or several as `{name, template}`.
  mutating func read(_ fields: JSONFields) throws(ModelError) {
    guard let value = fields["chat_template"] else { return }
    let file = fields.file + ": chat_template"
    if let source = value.stringValue { return set("default", source, file: file) }
    guard value.arrayValue != nil else {
      throw fields.wrong("chat_template", value, wanted: "a template or a list of them")
    }
    for entry in try fields.objects("chat_template") {
      guard let name = try entry.string("name") else { throw entry.missing("name") }
      guard let source = try entry.string("template") else { throw entry.missing("template") }
      set(name, source, file: "\(file) \(name)")
    }
  }

  /// Adds chat_template.jinja and the files of additional_chat_templates, which go before those of
  /// tokenizer_config.json.
  mutating func read(folder: String, into files: inout [(name: String, bytes: [UInt8])])
    throws(ModelError)
  {
    var found = [(name: "default", file: Self.file)]
    for name in FolderFiles.names(in: folder + "/" + Self.folder, ending: ".jinja") {
      found.append((String(name.dropLast(6)), Self.folder + "/" + name))
    }
    for (name, file) in found {
      guard let bytes = try MappedFile.contents(ifPresent: folder + "/" + file) else { continue }
      guard let source = String(validating: bytes, as: UTF8.self) else {
        throw .brokenFile(
          path: folder + "/" + file, found: "bytes that are no UTF-8", wanted: "text")
      }
      files.append((file, bytes))
      set(name, source, file: folder + "/" + file)
    }
  }
}
