import RLXModels
import RLXScript

/// An object that says in one line what it holds, for previews beside digests.
package protocol Previewed: HostObject {
  var preview: String { get }
}

/// The line a session file shows beside a digest: for people, never compared.
enum Preview {
  static let width = 60

  static func line(_ value: Value) -> String? {
    if value.isNil { return nil }
    let text = whole(value)
    guard let first = text.split(separator: "\n").first else { return nil }
    let scalars = first.unicodeScalars
    if scalars.count <= width { return String(first) }
    return String(String.UnicodeScalarView(scalars.prefix(width - 1))) + "…"
  }

  private static func whole(_ value: Value) -> String {
    if case .host(let object) = value, let previewed = object as? any Previewed {
      return previewed.preview
    }
    guard case .host = value else { return value.shown }
    return value.display(DisplayStyle(width: width, maximumItems: 8))
  }
}

extension CompletionObject: Previewed {
  package var preview: String { Value.string(prompt + completion.text).shown }
}

extension CompletionsObject: Previewed {
  package var preview: String {
    guard let first = items.first else { return "no answers" }
    return (items.count == 1 ? "" : "\(items.count) answers: ") + first.preview
  }
}
