/// The first place where a replay and its record disagree. It ends the replay with exit code 3; no
/// `try` in the script catches it.
package struct ReplayDifference: Error, Equatable, Sendable {
  /// What disagrees: "digest", "input data.jsonl", "answer", …
  package var what: String
  package var before: String
  package var after: String
}
