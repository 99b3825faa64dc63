/// A piece of a template: text as it is, or a part of a tag.
struct TemplateToken {
  enum Kind: Equatable {
    case data(String)
    /// `{{` and `}}`.
    case variableBegin
    case variableEnd
    /// `{%` and `%}`.
    case blockBegin
    case blockEnd
    case name(String)
    case string(String)
    case int(Int)
    case double(Double)
    /// One of `TemplateLexer.operators`.
    case sign(String)
    case end
  }

  let kind: Kind
  let place: TemplatePlace

  /// As an error shows it.
  var described: String {
    switch kind {
    case .data: "text"
    case .variableBegin: "{{"
    case .variableEnd: "}}"
    case .blockBegin: "{%"
    case .blockEnd: "%}"
    case .name(let name): name
    case .string: "a string"
    case .int(let value): "\(value)"
    case .double(let value): "\(value)"
    case .sign(let sign): sign
    case .end: "the end of the template"
    }
  }
}

extension Unicode.Scalar {
  /// White space as Python's `str.isspace` and `\s` see it: that of Unicode and the four separators
  /// from U+001C on.
  var isTemplateSpace: Bool {
    properties.isWhitespace || (0x1C...0x1F).contains(value)
  }
}
