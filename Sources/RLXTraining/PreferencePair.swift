/// Two answers to one prompt of which the first was preferred, as ids. Ties and skips make no pair.
package struct PreferencePair: Equatable, Sendable {
  package var prompt: [Int32]
  package var chosen: [Int32]
  package var rejected: [Int32]

  package init(prompt: [Int32], chosen: [Int32], rejected: [Int32]) {
    self.prompt = prompt
    self.chosen = chosen
    self.rejected = rejected
  }
}
