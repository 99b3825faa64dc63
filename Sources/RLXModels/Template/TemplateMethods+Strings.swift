/// The methods of strings, which count characters as Python does: code points.
extension TemplateRun {
  func method(_ name: String, ofString text: String, _ call: TemplateCall) throws(TemplateError)
    -> TemplateValue
  {
    let scalars = Array(text.unicodeScalars)
    switch name {
    case "lower", "upper", "capitalize", "title", "swapcase":
      try call.takes()
      return .string(TemplateText.cased(text, name))
    case "strip", "lstrip", "rstrip":
      try call.takes("chars")
      return .string(
        TemplateText.stripped(
          text, try call.string(0, "chars"), left: name != "rstrip", right: name != "lstrip"))
    case "split", "rsplit": return try split(scalars, fromRight: name == "rsplit", call)
    case "splitlines":
      try call.takes("keepends")
      let lines = TemplateText.lines(of: text, keepsEnds: call.bool(0, "keepends"))
      return .list(lines.map { .string($0) })
    case "startswith", "endswith":
      try call.takes("affix")
      return .bool(try hasAffix(scalars, atEnd: name == "endswith", call))
    case "removeprefix", "removesuffix":
      try call.takes("affix")
      return .string(try withoutAffix(scalars, atEnd: name == "removesuffix", call))
    case "replace":
      try call.takes("old", "new", "count")
      return .string(try replaced(text, call))
    case "join":
      try call.takes("items")
      return .string(try joined(try call.need(0, "items"), by: text, call))
    case "find", "rfind", "index", "rindex", "count": return try sought(name, scalars, call)
    case "partition", "rpartition":
      return try parted(scalars, fromRight: name == "rpartition", call)
    case "ljust", "rjust", "zfill": return .string(try filled(name, scalars, call))
    case "format": throw TemplateError(.unknown(kind: "method", name: name), at: call.place)
    default:
      try call.takes()
      return .bool(TemplateText.holds(name, text))
    }
  }

  private func needString(_ at: Int, _ name: String, _ call: TemplateCall) throws(TemplateError)
    -> [Unicode.Scalar]
  {
    guard let text = try call.string(at, name) else { throw call.wrong("\(name) is no string") }
    return Array(text.unicodeScalars)
  }

  private func split(_ text: [Unicode.Scalar], fromRight: Bool, _ call: TemplateCall)
    throws(TemplateError) -> TemplateValue
  {
    try call.takes("sep", "maxsplit")
    let most = try call.int(1, "maxsplit") ?? -1
    let limit = most < 0 ? Int.max : most
    guard let separator = try call.string(0, "sep") else {
      let words = TemplateText.words(text, limit: limit, fromRight: fromRight)
      return .list(words.map { .string($0) })
    }
    guard !separator.isEmpty else { throw call.wrong("an empty separator") }
    let parts = TemplateText.parts(
      text, Array(separator.unicodeScalars), limit: limit, fromRight: fromRight)
    return .list(parts.map { .string($0) })
  }

  private func hasAffix(_ text: [Unicode.Scalar], atEnd: Bool, _ call: TemplateCall)
    throws(TemplateError) -> Bool
  {
    let given = try call.need(0, "affix")
    let affixes: [TemplateValue]
    if case .tuple(let several) = given { affixes = several } else { affixes = [given] }
    for affix in affixes {
      guard case .string(let affix) = affix else {
        throw call.wrong("\(affix.described) instead of a string")
      }
      let wanted = affix.unicodeScalars
      if atEnd ? text.suffix(wanted.count).elementsEqual(wanted) : text.starts(with: wanted) {
        return true
      }
    }
    return false
  }

  private func withoutAffix(_ text: [Unicode.Scalar], atEnd: Bool, _ call: TemplateCall)
    throws(TemplateError) -> String
  {
    let affix = try needString(0, "affix", call)
    let has = atEnd ? text.suffix(affix.count).elementsEqual(affix) : text.starts(with: affix)
    guard has else { return TemplateText.string(text[...]) }
    return TemplateText.string(atEnd ? text.dropLast(affix.count) : text.dropFirst(affix.count))
  }

  /// The text with the first argument replaced by the second; also the filter of this name.
  func replaced(_ text: String, _ call: TemplateCall) throws(TemplateError) -> String {
    let old = try call.need(0, "old").text
    let new = try call.need(1, "new").text
    let count = try call.int(2, "count") ?? -1
    let result = TemplateText.replaced(
      Array(text.unicodeScalars), Array(old.unicodeScalars), new,
      count: count < 0 ? Int.max : count,
      most: Template.maxSize)
    guard let result else {
      throw TemplateError(
        .limit("a text of more than \(Template.maxSize) bytes"), at: call.place)
    }
    return result
  }

  /// The texts of items with a separator between them.
  func joined(_ items: TemplateValue, by separator: String, _ call: TemplateCall)
    throws(TemplateError) -> String
  {
    var text = ""
    for (place, item) in try self.items(of: items, at: call.place).enumerated() {
      if place > 0 { text += separator }
      text += item.text
      _ = try sized(text, at: call.place)
    }
    return text
  }

  private func sought(_ name: String, _ text: [Unicode.Scalar], _ call: TemplateCall)
    throws(TemplateError) -> TemplateValue
  {
    try call.takes("part", "start", "end")
    let part = try needString(0, "part", call)
    let start = try call.int(1, "start") ?? 0
    let end = try call.int(2, "end") ?? text.count
    func bound(_ value: Int) -> Int {
      min(max(value < 0 ? value &+ text.count : value, 0), text.count)
    }
    let (low, high) = (bound(start), bound(end))
    var places: [Int] = []
    var at = low
    while at + part.count <= high {
      if text[at..<at + part.count].elementsEqual(part) {
        places.append(at)
        at += name == "count" ? max(part.count, 1) : 1
      } else {
        at += 1
      }
    }
    if name == "count" { return .int(places.count) }
    guard let found = name.hasPrefix("r") ? places.last : places.first else {
      if name.hasSuffix("index") { throw call.wrong("the part is not there") }
      return .int(-1)
    }
    return .int(found)
  }

  private func parted(_ text: [Unicode.Scalar], fromRight: Bool, _ call: TemplateCall)
    throws(TemplateError) -> TemplateValue
  {
    try call.takes("sep")
    let separator = try needString(0, "sep", call)
    guard !separator.isEmpty else { throw call.wrong("an empty separator") }
    let parts = TemplateText.parts(text, separator, limit: 1, fromRight: fromRight)
    let middle = TemplateText.string(separator[...])
    let all =
      parts.count == 2
      ? [parts[0], middle, parts[1]] : fromRight ? ["", "", parts[0]] : [parts[0], "", ""]
    return .tuple(all.map { .string($0) })
  }

  private func filled(_ name: String, _ text: [Unicode.Scalar], _ call: TemplateCall)
    throws(TemplateError) -> String
  {
    try call.takes("width", "fill")
    let width = try call.int(0, "width") ?? 0
    let fill =
      name == "zfill" ? ["0"] : try call.string(1, "fill").map { Array($0.unicodeScalars) } ?? [" "]
    guard fill.count == 1 else { throw call.wrong("a fill that is no single character") }
    guard width <= Template.maxSize else {
      throw TemplateError(.limit("a text of \(width) characters"), at: call.place)
    }
    let padding = [Unicode.Scalar](repeating: fill[0], count: max(0, width - text.count))
    if name == "ljust" { return TemplateText.string((text + padding)[...]) }
    let hasSign = name == "zfill" && (text.first == "-" || text.first == "+")
    return TemplateText.string(
      (text.prefix(hasSign ? 1 : 0) + padding + text.dropFirst(hasSign ? 1 : 0))[...])
  }
}
