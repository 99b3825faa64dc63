import RLXScript

extension Session {
  /// `?topic`: shows what is known of a function or type. Nothing of it is recorded.
  package func help(_ topic: String) -> CellResult {
    guard let page = page(topic) else {
      return runner.report(
        Diagnostic(
          .name, "help: nothing is called \"\(topic)\"", remedy: "help() lists everything"))
    }
    runner.core.console.write(page + "\n")
    return .done
  }

  private func page(_ topic: String) -> String? {
    let registry = runner.interpreter.registry
    if let function = registry.function(topic) { return function.signature + "\n  " + function.doc }
    return registry.type(topic).map { $0.name + "\n  " + $0.doc }
  }
}
