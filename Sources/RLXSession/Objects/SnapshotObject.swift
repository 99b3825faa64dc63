import RLXScript

/// What `snapshot()` gives: the session's names, draws and objects as they were.
package final class SnapshotObject: Digestible {
  package static let typeName = "Snapshot"

  let state: SessionState
  /// The session it was taken in.
  private(set) weak var core: SessionCore?
  package let identity = ObjectIdentity()

  init(_ state: SessionState, of core: SessionCore) {
    self.state = state
    self.core = core
  }

  package var typeName: String { Self.typeName }

  package func display(_ style: DisplayStyle) -> String {
    let view = ViewStyle(style)
    let changing = state.parts.count { !($0.object is any Unchanging) }
    return [
      "Snapshot", NumberText.count(state.names.values.count, "name"),
      NumberText.count(changing, "object"),
    ].joined(separator: view.separator)
  }

  /// It never changes, but leads to all it can bring back.
  package var objectState: ObjectState {
    ObjectState(holds: state.names.values.map(\.value) + state.parts.map { .host($0.object) })
  }

  package func absorb(into digest: inout DigestBuilder) {
    digest.word(state.draws.seed)
    digest.word(state.draws.taken)
    for (name, _, _) in state.names.values { digest.text(name) }
    digest.count(state.parts.count)
    for part in state.parts { part.object.absorb(into: &digest) }
  }
}
