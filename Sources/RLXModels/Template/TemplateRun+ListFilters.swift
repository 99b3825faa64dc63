/// The filters that walk through the items of a list.
extension TemplateRun {
  func listFilter(_ value: TemplateValue, _ call: TemplateCall) throws(TemplateError)
    -> TemplateValue
  {
    switch call.name {
    case "map": return .iterator(TemplateIterator(try mapped(value, call)))
    case "select", "reject", "selectattr", "rejectattr":
      return .iterator(TemplateIterator(try selected(value, call)))
    case "sort":
      try call.takes("reverse", "case_sensitive", "attribute")
      return .list(
        try sorted(
          try items(of: value, at: call.place), by: call.value(2, "attribute"),
          countsCase: call.bool(1, "case_sensitive"), isReversed: call.bool(0, "reverse"), call))
    case "unique":
      try call.takes("case_sensitive", "attribute")
      return .iterator(TemplateIterator(try unique(value, call)))
    case "min", "max":
      try call.takes("case_sensitive", "attribute")
      let all = try items(of: value, at: call.place)
      // Of several equal ones the first counts, so for max the order is not simply turned around.
      let sorted = try self.sorted(
        all, by: call.value(1, "attribute"), countsCase: call.bool(0, "case_sensitive"),
        isReversed: call.name == "max", call)
      return sorted.first ?? .undefined("the \(call.name) of no items")
    case "batch": return .iterator(TemplateIterator(try batches(value, call)))
    case "slice": return .iterator(TemplateIterator(try slices(value, call)))
    default: return .list(try groups(value, call))
    }
  }

  // MARK: - Attributes

  /// The part of a value at a path such as `function.name` or `0`.
  func reach(_ path: TemplateValue, in value: TemplateValue, at place: TemplatePlace)
    throws(TemplateError) -> TemplateValue
  {
    guard case .string(let text) = path else { return try element(path, of: value, at: place) }
    var value = value
    for part in text.split(separator: ".", omittingEmptySubsequences: false) {
      let key = Int(part).map { TemplateValue.int($0) } ?? .string(String(part))
      value = try element(key, of: value, at: place)
    }
    return value
  }

  func reached(_ path: TemplateValue, _ value: TemplateValue, _ call: TemplateCall)
    throws(TemplateError) -> [TemplateValue]
  {
    var found: [TemplateValue] = []
    for item in try items(of: value, at: call.place) {
      found.append(try reach(path, in: item, at: call.place))
    }
    return found
  }

  private func mapped(_ value: TemplateValue, _ call: TemplateCall) throws(TemplateError)
    -> [TemplateValue]
  {
    if call.positional.isEmpty, let path = call.value(0, "attribute") {
      try call.takes("attribute", "default")
      let standard = call.value(1, "default")
      return try reached(path, value, call).map { found in
        if case .undefined = found, let standard { return standard }
        return found
      }
    }
    let name = try call.need(0, "filter").text
    let inner = call.rest(name)
    var found: [TemplateValue] = []
    for item in try items(of: value, at: call.place) { found.append(try filter(item, inner)) }
    return found
  }

  private func selected(_ value: TemplateValue, _ call: TemplateCall) throws(TemplateError)
    -> [TemplateValue]
  {
    var rest = call
    var path: TemplateValue?
    if call.name.hasSuffix("attr") {
      path = try call.need(0, "attribute")
      rest = call.rest(call.name)
    }
    let name = rest.positional.first?.text
    let inner = rest.rest(name ?? "")
    var found: [TemplateValue] = []
    for item in try items(of: value, at: call.place) {
      let part = try path.map { path throws(TemplateError) in
        try reach(path, in: item, at: call.place)
      }
      let holds = name == nil ? (part ?? item).isTrue : try test(part ?? item, inner)
      if holds != call.name.hasPrefix("reject") { found.append(item) }
    }
    return found
  }

  // MARK: - Order

  /// The entries of a mapping, sorted by key or value.
  func sortedEntries(_ value: TemplateValue, _ call: TemplateCall) throws(TemplateError)
    -> TemplateValue
  {
    try call.takes("case_sensitive", "by", "reverse")
    guard case .map(let map) = value else { throw call.wrong(value.described) }
    let by = try call.string(1, "by") ?? "key"
    guard by == "key" || by == "value" else { throw call.wrong("by \(by)") }
    return .list(
      try sorted(
        map.entries.map { .tuple([$0.key, $0.value]) }, by: .int(by == "key" ? 0 : 1),
        countsCase: call.bool(0, "case_sensitive"), isReversed: call.bool(2, "reverse"), call))
  }

  /// The items by themselves or by their attributes (`a,b` for several), equal ones as they stood.
  private func sorted(
    _ items: [TemplateValue], by path: TemplateValue?, countsCase: Bool, isReversed: Bool,
    _ call: TemplateCall
  ) throws(TemplateError) -> [TemplateValue] {
    var keyed: [(key: TemplateValue, item: TemplateValue)] = []
    for item in items {
      keyed.append((try sortKey(path, item, countsCase: countsCase, call), item))
    }
    // A merge sort of our own: it is stable, and comparing may throw.
    var width = 1
    while width < keyed.count {
      var merged: [(key: TemplateValue, item: TemplateValue)] = []
      merged.reserveCapacity(keyed.count)
      for start in stride(from: 0, to: keyed.count, by: 2 * width) {
        var left = keyed[start..<min(start + width, keyed.count)]
        var right = keyed[min(start + width, keyed.count)..<min(start + 2 * width, keyed.count)]
        while let a = left.first, let b = right.first {
          let takesRight =
            try isReversed
            ? isOrdered(a.key, b.key, at: call.place) : isOrdered(b.key, a.key, at: call.place)
          merged.append(takesRight ? right.removeFirst() : left.removeFirst())
        }
        merged += left
        merged += right
      }
      keyed = merged
      width *= 2
    }
    return keyed.map(\.item)
  }

  private func sortKey(
    _ path: TemplateValue?, _ item: TemplateValue, countsCase: Bool, _ call: TemplateCall
  ) throws(TemplateError) -> TemplateValue {
    guard let path else { return Self.folded(item, countsCase) }
    guard case .string(let text) = path else {
      return Self.folded(try reach(path, in: item, at: call.place), countsCase)
    }
    var keys: [TemplateValue] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let key = try reach(.string(String(part)), in: item, at: call.place)
      keys.append(Self.folded(key, countsCase))
    }
    return keys.count == 1 ? keys[0] : .list(keys)
  }

  private static func folded(_ value: TemplateValue, _ countsCase: Bool) -> TemplateValue {
    guard !countsCase, case .string(let text) = value else { return value }
    return .string(text.lowercased())
  }

  private func unique(_ value: TemplateValue, _ call: TemplateCall) throws(TemplateError)
    -> [TemplateValue]
  {
    var seen = TemplateMap()
    var found: [TemplateValue] = []
    for item in try items(of: value, at: call.place) {
      let key = try sortKey(
        call.value(1, "attribute"), item, countsCase: call.bool(0, "case_sensitive"), call)
      if seen[key] == nil {
        seen.set(key, .none)
        found.append(item)
      }
    }
    return found
  }

  // MARK: - Groups

  private func batches(_ value: TemplateValue, _ call: TemplateCall) throws(TemplateError)
    -> [TemplateValue]
  {
    try call.takes("linecount", "fill_with")
    let size = try call.int(0, "linecount") ?? 0
    guard size > 0, size <= Template.maxRange else { throw call.wrong("batches of \(size)") }
    let all = try items(of: value, at: call.place)
    var batches: [[TemplateValue]] = []
    for start in stride(from: 0, to: all.count, by: size) {
      batches.append(Array(all[start..<min(start + size, all.count)]))
    }
    if let fill = call.value(1, "fill_with"), let last = batches.last {
      batches[batches.count - 1] += [TemplateValue](repeating: fill, count: size - last.count)
    }
    return batches.map { .list($0) }
  }

  private func slices(_ value: TemplateValue, _ call: TemplateCall) throws(TemplateError)
    -> [TemplateValue]
  {
    try call.takes("slices", "fill_with")
    let count = try call.int(0, "slices") ?? 0
    guard count > 0, count <= Template.maxRange else { throw call.wrong("\(count) slices") }
    let all = try items(of: value, at: call.place)
    let (each, more) = all.count.quotientAndRemainder(dividingBy: count)
    let fill = call.value(1, "fill_with")
    var slices: [TemplateValue] = []
    var start = 0
    for place in 0..<count {
      let end = start + each + (place < more ? 1 : 0)
      var slice = Array(all[start..<end])
      if let fill, place >= more { slice.append(fill) }
      slices.append(.list(slice))
      start = end
    }
    return slices
  }

  /// Pairs of a value of an attribute and the items that have it, sorted by that value.
  private func groups(_ value: TemplateValue, _ call: TemplateCall) throws(TemplateError)
    -> [TemplateValue]
  {
    try call.takes("attribute", "default", "case_sensitive")
    let path = try call.need(0, "attribute")
    let countsCase = call.bool(2, "case_sensitive")
    var found: [(key: TemplateValue, items: [TemplateValue])] = []
    let sorted = try self.sorted(
      try items(of: value, at: call.place), by: path, countsCase: countsCase, isReversed: false,
      call)
    for item in sorted {
      let key = try reach(path, in: item, at: call.place)
      if let last = found.last,
        Self.folded(last.key, countsCase).equals(Self.folded(key, countsCase))
      {
        found[found.count - 1].items.append(item)
      } else {
        found.append((key, [item]))
      }
    }
    return found.map { .tuple([$0.key, .list($0.items)]) }
  }
}
