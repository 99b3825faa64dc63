import RLXData
import RLXModels
import RLXScript
import RLXStore
import RLXTraining

/// Human preferences as scripts hold them: a reference to a store in SQLite or in memory.
package final class PreferencesObject: Digestible {
  package static let typeName = "Preferences"

  package private(set) var store: PreferenceStore
  /// The path as the script gave it, or "memory".
  let name: String
  package let identity = ObjectIdentity()
  /// What stood when it was opened; nil where the store cannot be read.
  private let opened: StoreMoment?

  package init(_ store: PreferenceStore, name: String) {
    self.store = store
    self.name = name
    opened = try? store.moment()
  }

  /// A store in memory with these pairs; `leftOut` of them had the same answer twice.
  static func holding(
    _ pairs: [(text: PreferenceText, by: String)], name: String,
    report: (_ done: Int) throws -> Void = { _ in }
  ) throws -> (object: PreferencesObject, leftOut: Int) {
    let differing = pairs.filter { Text($0.text.chosen) != Text($0.text.rejected) }
    let store = try PreferenceStore.memory()
    // The store would report it as an error of its own.
    var stopped: (any Error)?
    do {
      _ = try store.transaction { rows in
        for (place, (text, by)) in differing.enumerated() {
          do {
            if place % 1000 == 999 { try report(place) }
          } catch {
            stopped = error
            throw error
          }
          _ = try rows.addPair(
            prompt: text.prompt, chosen: Candidate(text.chosen),
            rejected: Candidate(text.rejected), by: by)
        }
      }
    } catch {
      throw stopped ?? error
    }
    return (PreferencesObject(store, name: name), pairs.count - differing.count)
  }

  package var typeName: String { Self.typeName }
  /// Comparisons with a winner.
  package var count: Int? { (try? store.winners())?.count }

  /// `prefs[i]` is the i-th comparison with a winner, as a map.
  package func index(_ subscripts: [SubscriptValue]) throws -> Value {
    let winners = try store.winners()
    return switch try ListPlace(subscripts, of: winners.count, in: Self.typeName) {
    case .element(let place): Self.row(winners[place])
    case .slice(let range): .list(winners[range].map(Self.row))
    }
  }

  package func makeIterator() throws -> (() throws -> Value?)? {
    var rest = try store.winners().makeIterator()
    return { rest.next().map(Self.row) }
  }

  static func row(_ pair: PairRecord) -> Value {
    .map([
      ("prompt", .string(pair.prompt)), ("chosen", .string(pair.chosen)),
      ("rejected", .string(pair.rejected)), ("by", .string(pair.by)),
    ])
  }

  package func display(_ style: DisplayStyle) -> String {
    let view = ViewStyle(style)
    do {
      let summary = try store.summary()
      let winners = try store.winners()
      var facts = [
        "Preferences \(name)", NumberText.count(summary.comparisons, "comparison"),
        "\(NumberText.grouped(winners.count)) with a winner",
      ]
      if summary.ties > 0 { facts.append(NumberText.count(summary.ties, "tie")) }
      if summary.skips > 0 { facts.append("\(NumberText.grouped(summary.skips)) skipped") }
      var table = TableView(
        title: facts.joined(separator: view.separator),
        columns: ["prompt", "chosen", "rejected", "by"], rowCount: winners.count
      ) { place in
        let pair = winners[place]
        return [.text(pair.prompt), .text(pair.chosen), .text(pair.rejected), .text(pair.by)]
      }
      table.rowLimit = 10
      table.showsIndex = true
      return winners.isEmpty
        ? facts.joined(separator: view.separator) : table.text(view)
    } catch {
      return "Preferences \(name): \(error)"
    }
  }

  package func plain() throws -> Value? { .list(try store.winners().map(Self.row)) }

  package var objectState: ObjectState {
    var state = ObjectState()
    if let moment = try? store.moment() {
      state.withdraw = { [self] in try goBack(to: moment) }
    }
    if let opened { state.abandon = { [self] in try goBack(to: opened) } }
    return state
  }

  private func goBack(to moment: StoreMoment) throws -> String? {
    let change = try store.goBack(to: moment)
    guard change != 0, store.file != nil else { return nil }
    let count = NumberText.count(abs(change), "judgement")
    return "\(name): \(count) \(change < 0 ? "withdrawn" : "back again") by a new row"
  }

  /// Everything that stands, in order, without times; also what was withdrawn or superseded while
  /// labelling, but not what was undone.
  package func absorb(into digest: inout DigestBuilder) {
    let rows = (try? store.contentRows()) ?? ["unreadable"]
    digest.count(rows.count)
    for row in rows { digest.text(row) }
  }

  /// The digest of the first rows, for the record of an opened file.
  func digest(of rows: [String]) -> String {
    var digest = DigestBuilder("preferences")
    digest.count(rows.count)
    for row in rows { digest.text(row) }
    return digest.finish()
  }
}

extension PreferencesObject {
  /// Goes over to a file that already holds every row of this store, in the same order. False, and
  /// nothing changes, where it does not.
  func attach(to path: String) throws -> Bool {
    let file = try PreferenceStore(path: path)
    guard try file.contentRows().starts(with: store.contentRows()) else { return false }
    store = file
    return true
  }

  /// The comparisons with a winner as ids. Answers that were sampled keep their ids, if they still
  /// spell the text with this tokenizer; the others are encoded as continuations of their prompt.
  func pairs(_ tokenizer: Tokenizer) throws -> [PreferencePair] {
    try store.winners().map { pair in
      let prompt = tokenizer.encode(pair.prompt)
      func answer(_ text: String, _ sampled: [Int32]?) -> [Int32] {
        if let sampled, spells(sampled, text, after: prompt, tokenizer) { return sampled }
        return tokenizer.encodeContinuation(prompt: pair.prompt, response: text)
      }
      return PreferencePair(
        prompt: prompt, chosen: answer(pair.chosen, pair.chosenTokens),
        rejected: answer(pair.rejected, pair.rejectedTokens))
    }
  }

  /// Whether ids begin with the text, before what was cut off it: an end token or a stop text.
  func spells(
    _ ids: [Int32], _ text: String, after prompt: [Int32], _ tokenizer: Tokenizer
  ) -> Bool {
    guard ids.allSatisfy({ tokenizer.token($0) != nil }) else { return false }
    return tokenizer.decodeContinuation(prompt: prompt, ids).utf8.starts(with: text.utf8)
  }
}
