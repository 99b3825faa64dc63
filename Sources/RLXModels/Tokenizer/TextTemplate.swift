import RLXData

/// The special tokens that go around a single text.
struct TextTemplate {
  var before: [Int32] = []
  var after: [Int32] = []

  static let known = [
    "BertProcessing", "ByteLevel", "RobertaProcessing", "Sequence", "TemplateProcessing",
  ]

  init(_ fields: JSONFields, _ vocabulary: Vocabulary) throws(ModelError) {
    switch try fields.type() {
    case "TemplateProcessing": try readSingle(fields)
    case "BertProcessing", "RobertaProcessing":
      before = [try Self.token("cls", fields)]
      after = [try Self.token("sep", fields)]
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

  /// A token written `["</s>", 2]`.
  private static func token(_ name: String, _ fields: JSONFields) throws(ModelError) -> Int32 {
    guard let value = fields[name] else { throw fields.missing(name) }
    guard let parts = value.arrayValue, parts.count == 2, parts[0].stringValue != nil,
      let int = parts[1].intValue, let id = Int32(exactly: int), id >= 0
    else { throw fields.wrong(name, value, wanted: "a token and its id: [\"</s>\", 2]") }
    return id
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
