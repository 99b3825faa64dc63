import RLXData

/// Reading the steps of a tokenizer.json. An unknown type is an error that names the part.

extension JSONFields {
  /// The type of this component, for instance "Metaspace".
  fileprivate func type() throws(ModelError) -> String {
    guard let type = try string("type") else { throw missing("type") }
    return type
  }

  fileprivate func unknown(_ type: String, known: [String]) -> ModelError {
    .unknownTokenizerPart(part: String(place.dropLast()), file: file, found: type, known: known)
  }

  /// The components in a list of them.
  fileprivate func list<Part>(
    _ name: String, _ read: (JSONFields) throws(ModelError) -> Part
  ) throws(ModelError) -> [Part] {
    guard self[name] != nil else { throw missing(name) }
    var parts: [Part] = []
    for fields in try objects(name) { parts.append(try read(fields)) }
    return parts
  }

  /// What a Split looks for: a fixed string or a regular expression.
  fileprivate func split() throws(ModelError) -> PreTokenizer {
    guard let name = try string("behavior") else { throw missing("behavior") }
    guard let behavior = SplitBehavior(rawValue: name) else {
      let known = SplitBehavior.allCases.map(\.rawValue).joined(separator: ", ")
      throw wrong("behavior", .string(name), wanted: "one of \(known)")
    }
    let isInverted = try bool("invert")
    guard let pattern = try fields("pattern") else { throw missing("pattern") }
    guard let expression = try pattern.string("Regex") else {
      return .splitAt(try self.pattern(), behavior, inverted: isInverted)
    }
    do throws(PatternFault) {
      return .split(try TextPattern(expression), behavior, inverted: isInverted)
    } catch {
      throw .unsupportedField(
        name: pattern.place + "Regex", file: file, found: error.found,
        supported: "characters of ASCII, classes, general categories, groups, repeats and looking "
          + "around")
    }
  }

  /// What a Replace looks for: a fixed string; regular expressions are an error.
  fileprivate func pattern() throws(ModelError) -> [UInt8] {
    guard let pattern = try fields("pattern") else { throw missing("pattern") }
    guard pattern["String"] != nil else {
      let kind = pattern.object.keys.first ?? "nothing"
      throw pattern.unknown(kind, known: ["String"])
    }
    return try pattern.bytes("String")
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
    case "Replace": self = .replace(try fields.pattern(), with: try fields.bytes("content"))
    case let other: throw fields.unknown(other, known: Self.known)
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
    case let other: throw fields.unknown(other, known: Self.known)
    }
  }
}

extension TokenDecoder {
  init(_ fields: JSONFields) throws(ModelError) {
    switch try fields.type() {
    case "Sequence": self = .sequence(try fields.list("decoders", TokenDecoder.init(_:)))
    case "Replace": self = .replace(try fields.pattern(), with: try fields.bytes("content"))
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

extension BytePairEncoder {
  init(_ fields: JSONFields, _ vocabulary: Vocabulary) throws(ModelError) {
    for name in ["continuing_subword_prefix", "end_of_word_suffix"] {
      if let text = try fields.string(name), !text.isEmpty {
        throw .unsupportedField(
          name: fields.place + name, file: fields.file, found: "\"\(text)\"", supported: "null")
      }
    }
    if let dropout = fields["dropout"], dropout.doubleValue != 0 {
      throw .unsupportedField(
        name: fields.place + "dropout", file: fields.file, found: JSONFields.shown(dropout),
        supported: "null")
    }
    var unknown: Int32?
    if let token = try fields.string("unk_token") {
      unknown = vocabulary.id(of: token)
      if unknown == nil {
        throw fields.wrong("unk_token", .string(token), wanted: "a token of the vocabulary")
      }
    }
    var byteTokens: [Int32] = []
    if try fields.bool("byte_fallback") {
      byteTokens = (0..<256).map { byte in
        let digits = String(byte, radix: 16, uppercase: true)
        return vocabulary.id(of: "<0x\(byte < 16 ? "0" : "")\(digits)>") ?? -1
      }
    }
    self.init(
      vocabulary: vocabulary, merges: try Self.merges(fields, vocabulary), byteTokens: byteTokens,
      unknown: unknown, fusesUnknown: try fields.bool("fuse_unk"),
      ignoresMerges: try fields.bool("ignore_merges"))
  }

  /// The merges in their order, each written `["a", "b"]` or, in older files, `"a b"`.
  private static func merges(
    _ fields: JSONFields, _ vocabulary: Vocabulary
  ) throws(ModelError) -> MergeTable {
    guard let entries = try fields.array("merges") else {
      throw .missingTokenizerPart(part: "model.merges", file: fields.file)
    }
    var table = MergeTable(capacity: entries.count)
    for (rank, entry) in entries.enumerated() {
      guard let (left, right) = pair(entry) else {
        throw fields.wrong("merges[\(rank)]", entry, wanted: "two tokens")
      }
      guard let a = vocabulary.id(of: left), let b = vocabulary.id(of: right),
        let result = vocabulary.id(of: left + right)
      else {
        throw fields.wrong(
          "merges[\(rank)]", entry, wanted: "two tokens that are in the vocabulary, as is their sum"
        )
      }
      table.set(a, b, MergeTable.Merge(rank: Int32(rank), result: result))
    }
    return table
  }

  private static func pair(_ entry: JSON) -> ([UInt8], [UInt8])? {
    if let parts = entry.arrayValue, parts.count == 2, let left = parts[0].stringValue,
      let right = parts[1].stringValue
    {
      return (Array(left.utf8), Array(right.utf8))
    }
    guard let text = entry.stringValue else { return nil }
    let parts = Array(text.utf8).split(
      separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    return parts.count == 2 ? (Array(parts[0]), Array(parts[1])) : nil
  }
}

/// The special tokens that go around a single text.
struct TextTemplate {
  var before: [Int32] = []
  var after: [Int32] = []

  static let known = ["ByteLevel", "TemplateProcessing", "Sequence"]

  init(_ fields: JSONFields, _ vocabulary: Vocabulary) throws(ModelError) {
    switch try fields.type() {
    case "TemplateProcessing": try readSingle(fields)
    // It moves offsets, which nothing here has, and puts nothing around a text.
    case "ByteLevel": break
    case "Sequence":
      for part in try fields.list(
        "processors",
        { fields throws(ModelError) in
          try TextTemplate(fields, vocabulary)
        })
      {
        before = part.before + before
        after += part.after
      }
    case let other: throw fields.unknown(other, known: Self.known)
    }
    let largest = vocabulary.count - 1
    for id in before + after where vocabulary.bytes(of: id) == nil {
      throw fields.wrong(
        "special_tokens", .int(Int(id)), wanted: "ids of the vocabulary, 0 to \(largest)")
    }
  }

  private mutating func readSingle(_ fields: JSONFields) throws(ModelError) {
    let special = try fields.fields("special_tokens")
    var seesText = false
    for piece in try fields.objects("single") {
      if try piece.fields("Sequence") != nil {
        seesText = true
        continue
      }
      guard let token = try piece.fields("SpecialToken"), let name = try token.string("id") else {
        throw piece.missing("SpecialToken.id")
      }
      guard let entry = try special?.fields(name) else {
        throw fields.missing("special_tokens." + name)
      }
      let ids = try entry.tokens("ids")
      if seesText { after += ids } else { before += ids }
    }
    guard seesText else { throw fields.missing("single[].Sequence") }
  }
}
