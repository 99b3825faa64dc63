/// The methods that values have in Python and templates call.
enum TemplateMethods {
  static let ofStrings: Set<String> = [
    "capitalize", "count", "endswith", "find", "format", "index", "isalnum", "isalpha", "isascii",
    "isdecimal", "isdigit", "islower", "isnumeric", "isspace", "isupper", "join", "ljust", "lower",
    "lstrip", "partition", "removeprefix", "removesuffix", "replace", "rfind", "rindex", "rjust",
    "rpartition", "rsplit", "rstrip", "split", "splitlines", "startswith", "strip", "swapcase",
    "title", "upper", "zfill",
  ]
  static let ofMaps: Set<String> = [
    "clear", "copy", "fromkeys", "get", "items", "keys", "pop", "popitem", "setdefault", "update",
    "values",
  ]
  static let ofLists: Set<String> = [
    "append", "clear", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse",
    "sort",
  ]
  static let ofTuples: Set<String> = ["count", "index"]
  /// What would change a value that a template was given.
  static let changing: Set<String> = [
    "append", "clear", "extend", "insert", "pop", "popitem", "remove", "reverse", "setdefault",
    "sort", "update",
  ]

  static func has(_ name: String, _ value: TemplateValue) -> Bool {
    switch value {
    case .string: ofStrings.contains(name)
    case .map: ofMaps.contains(name)
    case .list: ofLists.contains(name)
    case .tuple: ofTuples.contains(name)
    default: false
    }
  }
}

extension TemplateRun {
  func method(_ name: String, _ value: TemplateValue, _ call: TemplateCall) throws(TemplateError)
    -> TemplateValue
  {
    switch value {
    case .string(let text): return try method(name, ofString: text, call)
    case .map(let map):
      try checkChange(name, "a mapping", call)
      return try method(name, ofMap: map, call)
    case .list(let items), .tuple(let items):
      try checkChange(name, "a list", call)
      return try method(name, ofItems: items, value, call)
    case .loop(let loop): return try method(name, ofLoop: loop, call)
    default: throw call.wrong("no method of \(value.described)")
    }
  }

  private func checkChange(_ name: String, _ what: String, _ call: TemplateCall)
    throws(TemplateError)
  {
    guard !TemplateMethods.changing.contains(name) else {
      throw TemplateError(.forbidden("\(name), which changes \(what)"), at: call.place)
    }
  }

  private func method(_ name: String, ofMap map: TemplateMap, _ call: TemplateCall)
    throws(TemplateError) -> TemplateValue
  {
    switch name {
    case "get":
      try call.takes("key", "default")
      return map[try call.need(0, "key")] ?? call.value(1, "default") ?? .none
    case "items":
      try call.takes()
      return .list(map.entries.map { .tuple([$0.key, $0.value]) })
    case "keys":
      try call.takes()
      return .list(map.entries.map(\.key))
    case "values":
      try call.takes()
      return .list(map.entries.map(\.value))
    case "copy":
      try call.takes()
      return .map(map)
    default: throw TemplateError(.unknown(kind: "method", name: name), at: call.place)
    }
  }

  private func method(
    _ name: String, ofItems items: [TemplateValue], _ value: TemplateValue, _ call: TemplateCall
  ) throws(TemplateError) -> TemplateValue {
    switch name {
    case "copy":
      try call.takes()
      return value
    case "count":
      try call.takes("value")
      let wanted = try call.need(0, "value")
      return .int(items.count { $0.equals(wanted) })
    default:
      try call.takes("value")
      let wanted = try call.need(0, "value")
      guard let place = items.firstIndex(where: { $0.equals(wanted) }) else {
        throw call.wrong("\(wanted.spelled) is not in the list")
      }
      return .int(place)
    }
  }

  private func method(_ name: String, ofLoop loop: TemplateLoop, _ call: TemplateCall)
    throws(TemplateError) -> TemplateValue
  {
    if name == "cycle" {
      guard !call.positional.isEmpty else { throw call.wrong("nothing to go through") }
      return call.positional[loop.index % call.positional.count]
    }
    let isSame = loop.last.map {
      $0.count == call.positional.count && zip($0, call.positional).allSatisfy { $0.equals($1) }
    }
    loop.last = call.positional
    return .bool(!(isSame ?? false))
  }
}
