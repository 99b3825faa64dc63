/// What `|` does to a value.
extension TemplateRun {
  static let filters: Set<String> = [
    "abs", "attr", "batch", "capitalize", "count", "d", "default", "dictsort", "first", "float",
    "groupby", "indent", "int", "items", "join", "last", "length", "list", "lower", "map", "max",
    "min", "reject", "rejectattr", "replace", "reverse", "round", "safe", "select", "selectattr",
    "slice", "sort", "string", "sum", "title", "tojson", "trim", "truncate", "unique", "upper",
    "wordcount",
  ]

  func filter(_ value: TemplateValue, _ call: TemplateCall) throws(TemplateError) -> TemplateValue {
    switch call.name {
    case "capitalize", "indent", "lower", "replace", "safe", "string", "title", "trim", "truncate",
      "upper", "wordcount":
      try textFilter(value, call)
    case "abs", "float", "int", "round", "sum": try numberFilter(value, call)
    case "attr", "count", "d", "default", "dictsort", "first", "items", "join", "last", "length",
      "list", "reverse", "tojson":
      try partFilter(value, call)
    case "batch", "groupby", "map", "max", "min", "reject", "rejectattr", "select", "selectattr",
      "slice", "sort", "unique":
      try listFilter(value, call)
    default: throw TemplateError(.unknown(kind: "filter", name: call.name), at: call.place)
    }
  }

  // MARK: - Texts

  private func textFilter(_ value: TemplateValue, _ call: TemplateCall) throws(TemplateError)
    -> TemplateValue
  {
    let text = value.text
    switch call.name {
    case "indent": return .string(try indented(text, call))
    case "replace":
      try call.takes("old", "new", "count")
      return .string(try replaced(text, call))
    case "trim":
      try call.takes("chars")
      return .string(TemplateText.stripped(text, try call.string(0, "chars")))
    case "truncate": return .string(try truncated(text, call))
    case "wordcount":
      try call.takes()
      return .int(
        text.unicodeScalars.split { !($0 == "_" || TemplateText.holds("isalnum", String($0))) }
          .count)
    case "safe", "string":
      try call.takes()
      return .string(text)
    default:
      try call.takes()
      if call.name == "title" { return .string(TemplateText.titled(text)) }
      return .string(TemplateText.cased(text, call.name))
    }
  }

  private func indented(_ text: String, _ call: TemplateCall) throws(TemplateError) -> String {
    try call.takes("width", "first", "blank")
    let indent: String
    switch call.value(0, "width") {
    case nil: indent = "    "
    case .string(let text): indent = text
    case .some:
      let width = try call.int(0, "width") ?? 4
      guard width <= Template.maxRange else { throw call.wrong("a width of \(width)") }
      indent = String(repeating: " ", count: max(0, width))
    }
    let blank = call.bool(2, "blank")
    let lines = TemplateText.lines(of: text + "\n")
    var out = call.bool(1, "first") ? indent : ""
    for (place, line) in lines.enumerated() {
      if place > 0 { out += "\n" + (line.isEmpty && !blank ? "" : indent) }
      out += line
      _ = try sized(out, at: call.place)
    }
    return out
  }

  private func truncated(_ text: String, _ call: TemplateCall) throws(TemplateError) -> String {
    try call.takes("length", "killwords", "end", "leeway")
    let scalars = Array(text.unicodeScalars)
    let length = try call.int(0, "length") ?? 255
    let end = try call.string(2, "end") ?? "..."
    let leeway = try call.int(3, "leeway") ?? 5
    let room = length - end.unicodeScalars.count
    guard room >= 0, leeway >= 0 else { throw call.wrong("a length of \(length)") }
    guard scalars.count > length + min(leeway, scalars.count) else { return text }
    let part = Array(scalars[..<room])
    if call.bool(1, "killwords") { return TemplateText.string(part[...]) + end }
    return TemplateText.parts(part, [" "], limit: 1, fromRight: true)[0] + end
  }

  // MARK: - Numbers

  private func numberFilter(_ value: TemplateValue, _ call: TemplateCall) throws(TemplateError)
    -> TemplateValue
  {
    switch call.name {
    case "abs":
      try call.takes()
      return try isOrdered(value, .int(0), at: call.place)
        ? negated(value, at: call.place) : positive(value, at: call.place)
    case "int":
      try call.takes("default", "base")
      let base = try call.int(1, "base") ?? 10
      guard (2...36).contains(base) else { throw call.wrong("base \(base)") }
      return TemplateText.integer(value, base: base).map { .int($0) }
        ?? call.value(0, "default") ?? .int(0)
    case "float":
      try call.takes("default")
      return TemplateText.double(value).map { .double($0) } ?? call.value(0, "default")
        ?? .double(0)
    case "round": return try rounded(value, call)
    default:
      try call.takes("attribute", "start")
      var sum = call.value(1, "start") ?? .int(0)
      let attribute = call.value(0, "attribute")
      for item in try items(of: value, at: call.place) {
        let term = try attribute.map { path throws(TemplateError) in
          try reach(path, in: item, at: call.place)
        }
        sum = try arithmetic("+", sum, term ?? item, at: call.place)
      }
      return sum
    }
  }

  private func rounded(_ value: TemplateValue, _ call: TemplateCall) throws(TemplateError)
    -> TemplateValue
  {
    try call.takes("precision", "method")
    let precision = try call.int(0, "precision") ?? 0
    guard let number = value.number, abs(precision) < 300 else {
      throw call.wrong("\(value.described) rounded to \(precision) digits")
    }
    let method = try call.string(1, "method") ?? "common"
    if method == "common" {
      if case .int(let whole) = number {
        let rounded = TemplateText.rounded(Double(whole), digits: min(precision, 0))
        return .int(precision >= 0 ? whole : Int(exactly: rounded) ?? whole)
      }
      return .double(TemplateText.rounded(number.asDouble, digits: precision))
    }
    guard method == "ceil" || method == "floor" else { throw call.wrong("method \(method)") }
    var power = 1.0
    for _ in 0..<abs(precision) { power *= 10 }
    let scaled = precision < 0 ? number.asDouble / power : number.asDouble * power
    let whole = scaled.rounded(method == "ceil" ? .up : .down)
    return .double(precision < 0 ? whole * power : whole / power)
  }

  // MARK: - Parts and wholes

  private func partFilter(_ value: TemplateValue, _ call: TemplateCall) throws(TemplateError)
    -> TemplateValue
  {
    switch call.name {
    case "attr":
      try call.takes("name")
      return try attribute(try call.need(0, "name").text, of: value, at: call.place)
    case "d", "default":
      try call.takes("default_value", "boolean")
      let standard = call.value(0, "default_value") ?? .string("")
      if case .undefined = value { return standard }
      return call.bool(1, "boolean") && !value.isTrue ? standard : value
    case "dictsort": return try sortedEntries(value, call)
    case "join":
      try call.takes("d", "attribute")
      let separator = call.value(0, "d")?.text ?? ""
      guard let path = call.value(1, "attribute") else {
        return .string(try joined(value, by: separator, call))
      }
      let parts = try reached(path, value, call)
      return .string(try joined(.list(parts), by: separator, call))
    case "tojson": return .string(try json(value, call))
    default:
      try call.takes()
      return try plainPartFilter(value, call)
    }
  }

  private func plainPartFilter(_ value: TemplateValue, _ call: TemplateCall) throws(TemplateError)
    -> TemplateValue
  {
    switch (call.name, value) {
    case ("first", .iterator(let iterator)):
      return iterator.takeFirst() ?? .undefined("the first of no items")
    case ("first", _):
      return try items(of: value, at: call.place).first ?? .undefined("the first of no items")
    case ("last", .iterator): throw call.wrong(value.described)
    case ("last", _):
      return try items(of: value, at: call.place).last ?? .undefined("the last of no items")
    case ("length", .iterator), ("count", .iterator): throw call.wrong(value.described)
    case ("length", .string(let text)), ("count", .string(let text)):
      return .int(text.unicodeScalars.count)
    case ("length", _), ("count", _): return .int(try items(of: value, at: call.place).count)
    case ("items", .map(let map)):
      return .iterator(TemplateIterator(map.entries.map { .tuple([$0.key, $0.value]) }))
    case ("items", .undefined): return .iterator(TemplateIterator([]))
    case ("items", _): throw call.wrong("\(value.described), which has no items")
    case ("reverse", .string(let text)):
      return .string(String(String.UnicodeScalarView(text.unicodeScalars.reversed())))
    case ("reverse", _):
      return .iterator(TemplateIterator(try items(of: value, at: call.place).reversed()))
    default: return .list(try items(of: value, at: call.place))
    }
  }

  private func json(_ value: TemplateValue, _ call: TemplateCall) throws(TemplateError) -> String {
    try call.takes("ensure_ascii", "indent", "separators", "sort_keys")
    var json = TemplateJSON()
    json.escapesNonASCII = call.bool(0, "ensure_ascii")
    switch call.value(1, "indent") {
    case nil, .some(.none): break
    case .string(let text): json.indent = text
    case .some:
      let width = try call.int(1, "indent") ?? 0
      guard width <= Template.maxRange else { throw call.wrong("an indent of \(width)") }
      json.indent = String(repeating: " ", count: max(0, width))
    }
    if json.indent != nil { json.itemSeparator = "," }
    if let separators = call.value(2, "separators"), separators.isTrue {
      let parts = try items(of: separators, at: call.place).map(\.text)
      guard parts.count == 2 else { throw call.wrong("separators that are not two") }
      (json.itemSeparator, json.keySeparator) = (parts[0], parts[1])
    }
    json.sortsKeys = call.bool(3, "sort_keys")
    let text: String
    do throws(TemplateJSON.Unwritable) { text = try json.text(of: value) } catch {
      throw call.wrong("\(error.found) as JSON")
    }
    return try sized(text, at: call.place)
  }
}
