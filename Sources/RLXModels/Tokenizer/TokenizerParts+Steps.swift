import RLXData

/// Reading the steps of a tokenizer.json. An unknown type is an error that names the part.

extension JSONFields {
  /// The type of this component, for instance "Metaspace".
  func type() throws(ModelError) -> String {
    guard let type = try string("type") else { throw missing("type") }
    return type
  }

  func unknown(_ type: String, known: [String]) -> ModelError {
    .unknownTokenizerPart(part: String(place.dropLast()), file: file, found: type, known: known)
  }

  /// The components in a list of them.
  func list<Part>(
    _ name: String, _ read: (JSONFields) throws(ModelError) -> Part
  ) throws(ModelError) -> [Part] {
    guard self[name] != nil else { throw missing(name) }
    var parts: [Part] = []
    for fields in try objects(name) { parts.append(try read(fields)) }
    return parts
  }

  /// What becomes of matches.
  fileprivate func behavior() throws(ModelError) -> SplitBehavior? {
    guard let name = try string("behavior") else { return nil }
    guard let behavior = SplitBehavior(rawValue: name) else {
      let known = SplitBehavior.allCases.map(\.rawValue).joined(separator: ", ")
      throw wrong("behavior", .string(name), wanted: "one of \(known)")
    }
    return behavior
  }

  /// A Split with what it looks for.
  fileprivate func split() throws(ModelError) -> PreTokenizer {
    guard let behavior = try self.behavior() else { throw missing("behavior") }
    let isInverted = try bool("invert")
    switch try sought() {
    case .text(let text): return .splitAt(text, behavior, inverted: isInverted)
    case .pattern(let pattern): return .split(pattern, behavior, inverted: isInverted)
    }
  }

  /// What a Split or Replace looks for: a fixed string or a regular expression.
  fileprivate func sought() throws(ModelError) -> SoughtText {
    guard let pattern = try fields("pattern") else { throw missing("pattern") }
    guard let expression = try pattern.string("Regex") else {
      guard pattern["String"] != nil else {
        let kind = pattern.object.keys.first ?? "nothing"
        throw pattern.unknown(kind, known: ["String", "Regex"])
      }
      return .text(try pattern.bytes("String"))
    }
    do throws(PatternFault) { return .pattern(try TextPattern(expression)) } catch {
      throw .unsupportedField(
        name: pattern.place + "Regex", file: file, found: error.found,
        supported: "characters of ASCII, classes, general categories, groups, repeats and looking "
          + "around")
    }
  }

  /// When a Metaspace puts its mark in front; older files say `add_prefix_space`.
  fileprivate func prependScheme() throws(ModelError) -> PrependScheme {
    if let text = try string("prepend_scheme") {
      guard let scheme = PrependScheme(rawValue: text) else {
        throw wrong("prepend_scheme", .string(text), wanted: "always, first or never")
      }
      return scheme
    }
    return try bool("add_prefix_space", default: true) ? .always : .never
  }
}

extension Normalizer {
  init(_ fields: JSONFields) throws(ModelError) {
    switch try fields.type() {
    case "Sequence": self = .sequence(try fields.list("normalizers", Normalizer.init(_:)))
    case "Prepend": self = .prepend(try fields.bytes("prepend"))
    case "Replace": self = .replace(try fields.sought(), with: try fields.bytes("content"))
    case "Lowercase": self = .lowercase
    case "StripAccents": self = .stripAccents
    case "Strip":
      self = .strip(
        left: try fields.bool("strip_left", default: true),
        right: try fields.bool("strip_right", default: true))
    case "BertNormalizer":
      let lowercases = try fields.bool("lowercase", default: true)
      self = .bert(
        BertCleaning(
          cleans: try fields.bool("clean_text", default: true),
          separatesChinese: try fields.bool("handle_chinese_chars", default: true),
          stripsAccents: try fields.bool("strip_accents", default: lowercases),
          lowercases: lowercases))
    case "ByteLevel": self = .byteLevel
    case let other:
      guard let form = UnicodeNormalization.Form(rawValue: other) else {
        throw fields.unknown(other, known: Self.known)
      }
      self = .form(form)
    }
  }
}

extension PreTokenizer {
  init(_ fields: JSONFields) throws(ModelError) {
    switch try fields.type() {
    case "Sequence":
      let steps = try fields.list("pretokenizers", PreTokenizer.init(_:))
      if steps.dropLast().contains(where: \.isByteLevel) {
        throw .unsupportedField(
          name: fields.place + "pretokenizers", file: fields.file,
          found: "steps after ByteLevel", supported: "ByteLevel as the last step")
      }
      self = .sequence(steps)
    case "ByteLevel":
      self = .byteLevel(
        prepends: try fields.bool("add_prefix_space", default: true),
        cuts: try fields.bool("use_regex", default: true))
    case "Split": self = try fields.split()
    case "Digits":
      let isSingle = try fields.bool("individual_digits")
      self = .split(.numbers, isSingle ? .isolated : .contiguous, inverted: false)
    case "Metaspace":
      self = .metaspace(
        replacement: try fields.bytes("replacement"), scheme: try fields.prependScheme(),
        splits: try fields.bool("split", default: true))
    case "Whitespace": self = .split(.words, .removed, inverted: true)
    case "WhitespaceSplit": self = .split(.space, .removed, inverted: false)
    case "Punctuation":
      self = .punctuation(try fields.behavior() ?? .isolated)
    case "BertPreTokenizer":
      self = .sequence([
        .split(.space, .removed, inverted: false), .punctuation(.isolated),
      ])
    case "CharDelimiterSplit":
      self = .splitAt(try fields.bytes("delimiter"), .removed, inverted: false)
    case "FixedLength":
      self = .fixedLength(try fields.int("length", in: 1...1_000_000) ?? 5)
    case let other: throw fields.unknown(other, known: Self.known)
    }
  }
}

extension TokenDecoder {
  init(_ fields: JSONFields) throws(ModelError) {
    switch try fields.type() {
    case "Sequence": self = .sequence(try fields.list("decoders", TokenDecoder.init(_:)))
    case "Replace": self = .replace(try fields.sought(), with: try fields.bytes("content"))
    case "BPEDecoder": self = .suffix(try fields.bytes("suffix"))
    case "WordPiece":
      self = .wordPiece(
        prefix: try fields.bytes("prefix"), cleansUp: try fields.bool("cleanup", default: true))
    case "ByteFallback": self = .byteFallback
    case "ByteLevel": self = .byteLevel
    case "Fuse": self = .fuse
    case "Strip":
      let limit = 0...1_000_000
      self = .strip(
        content: try fields.bytes("content"), start: try fields.int("start", in: limit) ?? 0,
        stop: try fields.int("stop", in: limit) ?? 0)
    case "Metaspace":
      self = .metaspace(
        replacement: try fields.bytes("replacement"), scheme: try fields.prependScheme())
    case let other: throw fields.unknown(other, known: Self.known)
    }
  }
}
