import RLXScript

/// docs/reference.md: everything the tables hold, on one page.
package enum HelpReference {
  package static func markdown(_ registry: Registry, commands: [CommandHelp]) -> String {
    var page = """
      # Reference

      Made from the tables that check arguments: a test keeps it current, and runs every example. At
      the prompt `?NAME` shows the same of one name. Examples that take `Model("nano")` show no
      results here: they follow from the model.


      """
    page += "## Functions\n\n" + registry.functions.map { entry($0) }.joined()
    page += "## Types\n\n" + types(registry).joined()
    page += "## Settings of trainers\n\n" + TypeGuide.all.map { settings($0, registry) }.joined()
    page += "## Metrics\n\n" + metrics
    page += "## Words of the language\n\n" + LanguageWord.table.map(word).joined()
    page += "## Kinds of errors\n\n"
    page += ErrorKind.allCases.map { "- `\($0.rawValue)`: \($0.meaning)\n" }.joined()
    page += "\n## Commands of the prompt\n\n"
    page += commands.map { "- `\($0.synopsis)`: \($0.summary.sentence) \($0.details)\n" }.joined()
    return page.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.hasSuffix(" ") ? $0.dropLast() : $0[...] }.joined(separator: "\n")
  }

  // MARK: Functions and types

  private static func entry(_ spec: FunctionSpec, level: String = "###") -> String {
    let settings = spec.parameters.filter { !$0.usual.isEmpty }
    let plain = spec.parameters.filter { $0.usual.isEmpty }
    let owner = spec.owner.map { $0 == spec.name ? "" : $0 + "." } ?? ""
    let rest = settings.isEmpty ? [] : ["settings"]
    let signature = (plain.map(\.signature) + rest).joined(separator: ", ")
    var text = "\(level) `\(owner)\(spec.name)(\(signature))`\n\n\(spec.doc)"
    if spec.returns != "nil" { text += " Gives: \(spec.returns)." }
    if !spec.effects.names.isEmpty {
      text += " Effects: \(spec.effects.names.joined(separator: ", "))."
    }
    text += "\n\n"
    for parameter in plain { text += "- `\(parameter.name)`: \(HelpText.describe(parameter))\n" }
    return text + (plain.isEmpty ? "" : "\n") + code(spec.example)
  }

  private static func code(_ example: String?) -> String {
    example.map { "```rlx\n\($0)\n```\n\n" } ?? ""
  }

  private static func types(_ registry: Registry) -> [String] {
    var lists: [String: String] = [:]
    return registry.types.map { type in
      var text = "### `\(type.name)`\n\n\(type.doc)\n\n"
      if let constructor = type.constructor {
        text += entry(constructor, level: "####")
      } else {
        text += code(type.example)
      }
      for property in type.properties {
        text += "- `.\(property.name)`"
        text += property.returns.isEmpty ? "" : " (\(property.returns))"
        text += ": \(property.doc)\n"
      }
      if !type.properties.isEmpty { text += "\n" }
      // Ranges and completions have the methods of lists: those are written once.
      var shared: [String] = []
      for spec in type.statics + type.methods {
        if let first = lists[spec.name], spec.example == lists[spec.name + " example"] {
          shared.append("[\(spec.name)](#\(first))")
          continue
        }
        if type.name == "list" {
          lists[spec.name] = "list"
          lists[spec.name + " example"] = spec.example
        }
        text += entry(spec, level: "####")
      }
      return text
        + (shared.isEmpty ? "" : "And as of a list: \(shared.joined(separator: ", ")).\n\n")
    }
  }

  // MARK: Tables

  private static func settings(_ guide: TypeGuide, _ registry: Registry) -> String {
    guard let type = registry.type(guide.type),
      let spec = guide.method.flatMap(type.method) ?? type.constructor
    else { return "" }
    var text = "### \(spec.qualifiedName)\n\n```text\n"
    text += guide.formula.joined(separator: "\n") + "\n\(guide.source)\n```\n\n"
    text += "| setting | default | usual | unit | allowed | meaning | also |\n"
    text += "| --- | --- | --- | --- | --- | --- | --- |\n"
    for parameter in spec.parameters where !parameter.usual.isEmpty {
      let cells = [
        "`\(parameter.name)`", "`\(parameter.defaultValue?.shown ?? "")`", parameter.usual,
        parameter.unit, parameter.wanted, parameter.doc,
        parameter.aliases.map { "`\($0)`" }.joined(separator: " "),
      ]
      text += row(cells)
    }
    return text + "\n"
  }

  private static var metrics: String {
    var text = "| metric | trainers | meaning | formula | unit | healthy | also |\n"
    text += "| --- | --- | --- | --- | --- | --- | --- |\n"
    for metric in Metric.table {
      text += row([
        "`\(metric.name)`", metric.trainers.joined(separator: ", "), metric.meaning,
        metric.formula, metric.unit, metric.healthy,
        metric.aliases.map { "`\($0)`" }.joined(separator: " "),
      ])
    }
    return text + "\n"
  }

  private static func row(_ cells: [String]) -> String {
    "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n"
  }

  private static func word(_ entry: LanguageWord) -> String {
    "### " + entry.spellings.map { "`\($0)`" }.joined(separator: " ")
      + "\n\n\(entry.doc)\n\n\(code(entry.example))"
  }
}
