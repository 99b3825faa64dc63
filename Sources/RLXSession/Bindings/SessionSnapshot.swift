import RLXScript

/// `snapshot()` and `restore(s)`.
enum SnapshotFunctions {
  static func type() -> HostType {
    HostType(
      SnapshotObject.typeName,
      "The session's names, draws and objects as they were; restore(s) puts them back.",
      example: "s = snapshot()")
  }

  static func all(_ core: SessionCore) -> [FunctionSpec] { [snapshot(core), restore(core)] }

  private static func snapshot(_ core: SessionCore) -> FunctionSpec {
    FunctionSpec(
      "snapshot",
      "Keeps the session as it is: names, draws, and what every object holds (weights, optimizers, "
        + "logs, preferences). It costs memory only for what changes afterwards.",
      returns: "Snapshot", example: "s = snapshot()"
    ) { [unowned core] call in
      var walk = ObjectWalk()
      let state = SessionState(
        call.interpreter, draws: core.draws, digester: ValueDigester(), walk: &walk)
      return .host(SnapshotObject(state, of: core))
    }
  }

  private static func restore(_ core: SessionCore) -> FunctionSpec {
    FunctionSpec(
      "restore",
      "Puts back what a snapshot kept, in place: every name that holds an object, and every trainer, "
        + "sees it. Names made since stay, files too; judgements made since are withdrawn. In a "
        + "function names are left alone.",
      parameters: [
        ParameterSpec("snapshot", .host(SnapshotObject.typeName), doc: "what snapshot() gave")
      ], effects: .mutates, example: "s = snapshot(); restore(s)"
    ) { [unowned core] call in
      let object = try call.host("snapshot", as: SnapshotObject.self)
      guard object.core === core else {
        throw Fault(
          .value, "restore: snapshot: expected one of this session, got one of another",
          remedy: "s = snapshot()", parameter: "snapshot")
      }
      for part in object.state.parts where !(part.object is any Unchanging) {
        core.touch(part.object)
      }
      for word in try object.state.restoreObjects(numbers: false) { core.warn(word) }
      core.draws = object.state.draws
      if !call.interpreter.isInFunction { call.interpreter.reassign(object.state.names) }
      return .nil
    }
  }
}
