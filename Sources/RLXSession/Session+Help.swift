import RLXScript

extension Session {
  /// `?topic`: shows what is known of a function, a type, a member or a name of this session.
  /// Nothing of it is recorded.
  package func help(_ topic: String) -> CellResult {
    do {
      runner.core.output.value(.host(PageObject(try page(topic))))
      return .done
    } catch {
      return runner.report(error)
    }
  }

  private func page(_ topic: String) throws -> String {
    let registry = runner.interpreter.registry
    if let page = SessionHelp.page(named: topic, registry) { return page }
    if let value = runner.interpreter.global(topic) {
      return try SessionHelp.page(for: value, registry)
    }
    // `ppo.step`: a member of the type of what the name holds.
    let parts = topic.split(separator: ".", maxSplits: 1).map(String.init)
    if parts.count == 2, let value = runner.interpreter.global(parts[0]),
      let page = SessionHelp.page(named: "\(value.typeName).\(parts[1])", registry)
    {
      return page
    }
    let known = runner.interpreter.globalNames + registry.names
    let nearest = Spelling.nearest(topic, among: known)
    throw Diagnostic(
      .name, "help: nothing is called \"\(topic)\"",
      remedy: nearest.map { "?\($0)" } ?? "help() lists everything")
  }
}
