import Foundation
import RLXScript
import Testing

@testable import RLXSession

/// Everything that can be named is documented, with an example that runs.
///
/// A failure here names what lacks: write the line into its table entry (`FunctionSpec(…, example:)`,
/// `PropertySpec(…, example:)`, `HostType(…, example:)`), with what it shows behind `#>`.
@Suite(.serialized) struct HelpTableTests {
  /// One line of a table with an example.
  struct Entry: Sendable {
    var name: String
    var example: String?
    /// Whether what it shows may be another elsewhere.
    var varies: Bool
  }

  private static var registry: Registry { ObjectBench().interpreter.registry }

  /// The functions of the registry and the members of its types, by what they belong to.
  private static let owners: [String] = {
    ["functions"] + registry.types.map(\.name)
  }()

  private static func functions(_ owner: String, _ registry: Registry) -> [FunctionSpec] {
    guard owner != "functions" else { return registry.functions }
    guard let type = registry.type(owner) else { return [] }
    return [type.constructor].compactMap(\.self) + type.statics + type.methods
  }

  private static func entries(_ owner: String) -> [Entry] {
    let registry = registry
    let functions = functions(owner, registry).map {
      Entry(
        name: $0.qualifiedName, example: $0.example,
        varies: !$0.effects.isDisjoint(with: [.draws, .reads]))
    }
    guard let type = registry.type(owner) else { return functions }
    let properties = type.properties.map {
      Entry(name: "\(owner).\($0.name)", example: type.example(of: $0), varies: $0.name == "place")
    }
    return [Entry(name: owner, example: type.example, varies: true)] + functions + properties
  }

  @Test(arguments: owners)
  func everythingIsDocumented(owner: String) throws {
    let registry = Self.registry
    for spec in Self.functions(owner, registry) {
      #expect(spec.doc.hasSuffix("."), "\(spec.qualifiedName): its doc is no sentence: \(spec.doc)")
      #expect(!spec.returns.isEmpty, "\(spec.qualifiedName) does not say what it returns")
      for parameter in spec.parameters {
        #expect(!parameter.doc.isEmpty, "\(spec.qualifiedName).\(parameter.name) has no doc")
      }
    }
    if let type = registry.type(owner) {
      #expect(type.doc.hasSuffix("."), "\(owner): its doc is no sentence: \(type.doc)")
      for property in type.properties {
        #expect(property.doc.hasSuffix("."), "\(owner).\(property.name): \(property.doc)")
      }
    }
    for entry in Self.entries(owner) {
      #expect(entry.example != nil, "\(entry.name) has no example: write one into its table entry")
    }
  }

  /// What is computed from nothing else is the same everywhere, and so is said.
  @Test(arguments: owners)
  func everyExampleRunsAndShowsWhatItSays(owner: String) async throws {
    for entry in Self.entries(owner) {
      guard let example = entry.example else { continue }
      let bench = try ExampleBench()
      let faults = try await bench.faults(in: example, name: entry.name) { shown in
        let isFixed = !entry.varies && !example.contains("\"nano\"")
        if isFixed, !shown.isEmpty, !shown.contains("\n"), shown.count <= 50 {
          Issue.record("\(entry.name): the example lacks what it shows: \(example)  #> \(shown)")
        }
      }
      for fault in faults { Issue.record("\(fault)") }
      for line in example.split(separator: "\n") {
        #expect(line.count <= 92, "\(entry.name): a long line; split it with \\n: \(line)")
      }
    }
  }
}
