/// One thing that help has a page of.
struct HelpSubject {
  enum Kind: String, CaseIterable {
    case topic, function, type, method, property, parameter, metric, keyword, `operator`
    case error = "error kind"
    case command
  }

  let kind: Kind
  /// How it is asked for: `PPO.kl_coef`.
  let name: String
  /// Shorter and other spellings, which mean it where nothing is called so: `kl_coef`.
  let aliases: [String]
  /// What it is, on one line.
  let line: String
  /// What else a search looks through.
  let details: String
  let page: () -> String

  init(
    _ kind: Kind, _ name: String, aliases: [String] = [], line: String, details: String = "",
    page: @escaping () -> String
  ) {
    self.kind = kind
    self.name = name
    self.aliases = aliases
    self.line = line
    self.details = details
    self.page = page
  }
}

/// A command of the prompt, as the prompt describes it to help.
package struct CommandHelp: Sendable {
  /// Without the colon.
  package let name: String
  /// `:history [N]`
  package let synopsis: String
  package let summary: String
  /// Sentences; empty where the summary says all.
  package let details: String

  package init(name: String, synopsis: String, summary: String, details: String = "") {
    self.name = name
    self.synopsis = synopsis
    self.summary = summary
    self.details = details
  }

  var page: String {
    synopsis + "\n  " + summary.sentence + (details.isEmpty ? "" : "\n\n" + details)
      + "\n\nOnly at the prompt; `:help commands` lists them all."
  }
}

extension String {
  /// With a capital letter and a full stop.
  var sentence: String {
    guard let first else { return self }
    let end = hasSuffix(".") ? "" : "."
    return first.uppercased() + dropFirst() + end
  }

  /// Without the capital letter and the full stop of a sentence, to go on in a list.
  var clause: String {
    guard hasSuffix("."), let first else { return self }
    let rest = dropFirst().dropLast()
    return (rest.first?.isLowercase == true ? first.lowercased() : String(first)) + rest
  }
}
