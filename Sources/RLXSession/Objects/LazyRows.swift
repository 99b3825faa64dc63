import RLXData
import RLXScript

/// Rows that a function of the script makes of others, each when it is asked for.
///
/// Unchecked, like the rows below: they are made, read and let go on the session's thread, where the
/// interpreter is; `Rows` asks for more because files are read by several.
final class MappedRows: Rows, @unchecked Sendable {
  private let base: any Rows
  private let change: FrozenFunction
  /// The row made last: columns are often read one after the other.
  private var latest: (place: Int, row: Row)?

  init(_ base: any Rows, _ change: FrozenFunction) {
    self.base = base
    self.change = change
  }

  var count: Int { base.count }
  func count(upTo limit: Int) -> Int { base.count(upTo: limit) }
  var isCounted: Bool { base.isCounted }
  var isLazy: Bool { true }
  func line(_ place: Int) -> Int? { base.line(place) }

  func row(_ place: Int) throws(DataError) -> Row {
    if let latest, latest.place == place { return latest.row }
    let given = try base.row(place)
    let made: JSON
    do {
      made = try JSON(try change(Value(.object(given))), for: "Dataset: row \(place)")
    } catch {
      throw DataError(carrying: error)
    }
    guard let row = Dataset.row(made) else {
      throw DataError(
        found: "\(made.kind) from the function for row \(place)",
        wanted: "maps like {prompt: \"…\"}, or strings for rows {text}")
    }
    latest = (place, row)
    return row
  }

  func digest() throws(DataError) -> SHA256.Digest? {
    try base.lazyDigest("mapped", change)
  }
}

/// The rows for which a function of the script gives true, sought as far as they are asked for.
///
/// A row whose test fails counts as one, and reading it throws what the test threw: nothing is left
/// out silently.
final class FilteredRows: Rows, @unchecked Sendable {
  private let base: any Rows
  private let keep: FrozenFunction
  private var found: [Int] = []
  /// The first row that was not tested.
  private var next = 0
  /// Of the rows found the one whose test failed.
  private var failure: (place: Int, error: DataError)?

  init(_ base: any Rows, _ keep: FrozenFunction) {
    self.base = base
    self.keep = keep
  }

  var isLazy: Bool { true }
  var isCounted: Bool { base.isCounted && next == base.count }

  var count: Int { count(upTo: .max) }

  func count(upTo limit: Int) -> Int {
    if let failure { return min(limit, failure.place + 1) }
    while found.count < limit, next < base.count(upTo: next + 1) {
      do throws(DataError) {
        if try isKept(next) { found.append(next) }
        next += 1
      } catch {
        // Not for good: after Ctrl-C the search goes on from here.
        failure = (found.count, error)
        return found.count + 1
      }
    }
    return min(limit, found.count)
  }

  private func isKept(_ place: Int) throws(DataError) -> Bool {
    let row = try base.row(place)
    do {
      switch try keep(Value(.object(row))) {
      case .bool(let flag): return flag
      case .nil: return false
      case let other:
        throw Fault(
          .type, "filter: expected true or false from the function, got \(other.described)")
      }
    } catch {
      throw DataError(carrying: error)
    }
  }

  func row(_ place: Int) throws(DataError) -> Row {
    if place >= found.count {
      _ = count(upTo: place + 1)
      if let failure, failure.place <= place {
        self.failure = nil
        throw failure.error
      }
    }
    return try base.row(found[place])
  }

  func line(_ place: Int) -> Int? { place < found.count ? base.line(found[place]) : nil }

  func digest() throws(DataError) -> SHA256.Digest? {
    try base.lazyDigest("filtered", keep)
  }
}

extension DataError {
  /// An error of the script on its way through the data.
  init(carrying error: any Error) {
    self = (error as? DataError) ?? DataError(found: "\(error)", wanted: "a row")
    if !(error is DataError) { carried = error }
  }
}

extension Rows {
  /// What rows follow from that a function makes of these.
  fileprivate func lazyDigest(_ how: String, _ function: FrozenFunction) throws(DataError)
    -> SHA256.Digest
  {
    var builder = DigestBuilder(how)
    if let base = try digest() {
      builder.text(base.hex)
    } else {
      builder.count(count)
      for place in 0..<count { builder.absorb(.object(try row(place))) }
    }
    var met: Set<ObjectIdentifier> = []
    builder.absorb(.function(function.function), &met)
    for (name, value) in function.names {
      builder.text(name)
      builder.absorb(value ?? .nil, &met)
    }
    return SHA256.hash(builder.finish())
  }
}

extension DigestBuilder {
  /// A value as a function that runs later sees it: data by content, functions by their text and what
  /// they captured, other objects by their type.
  fileprivate mutating func absorb(_ value: Value, _ met: inout Set<ObjectIdentifier>) {
    tag(value.typeName)
    switch value {
    case .function(let function):
      text(function.sourceText ?? function.name ?? "")
      guard met.insert(ObjectIdentifier(function)).inserted else { return }
      for (name, value) in function.captured {
        text(name)
        absorb(value ?? .nil, &met)
      }
    case .list(let list): for element in list.elements { absorb(element, &met) }
    case .map(let map):
      for (key, value) in map.entries {
        absorb(key.value, &met)
        absorb(value, &met)
      }
    case .host(let object):
      if object.isData, let data = object as? any Digestible { data.absorb(into: &self) }
    case .nil, .bool, .int, .float, .string, .range, .error:
      if let json = try? JSON(value, for: "digest") { absorb(json) }
    }
  }
}
