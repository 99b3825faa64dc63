import RLXData

extension RotaryConfig {
  /// Where config.json speaks of rotary positions: the objects that do, in either generation's spelling,
  /// and the fields beside them.
  struct Sources {
    /// `rope_scaling` of transformers 4, `rope_parameters` of 5.
    var objects: [JSONFields]
    var theta: (name: String, standard: Double) = ("rope_theta", 10_000)
    /// The field that says how much of a head is turned; nil if the family always turns all of it.
    var share: (name: String, standard: Double)?
  }

  /// What config.json says; every place that speaks must say the same.
  init(
    _ fields: JSONFields, _ sources: Sources, trained: Int
  ) throws(ModelError) {
    self.trained = trained
    let outer = try fields.positive(sources.theta.name)
    var (inner, share): (Double?, Double?) = (nil, nil)
    if let field = sources.share { share = try fields.positive(field.name) }
    for rope in sources.objects {
      let found = try Scaling(rope, trained: trained)
      if scaling != .none, found != .none, scaling != found {
        throw fields.wrong(
          String(rope.place.dropLast()), .object(rope.object),
          wanted: "what rope_scaling says, or no rope_scaling")
      }
      if found != .none { scaling = found }
      if let theta = try rope.positive("rope_theta") {
        if let said = inner ?? outer, said != theta {
          throw fields.wrong(
            sources.theta.name, .double(said),
            wanted: "\(theta), which \(rope.place)rope_theta says")
        }
        inner = theta
      }
      if sources.share == nil {
        try ModelConfig.refuse(rope, "partial_rotary_factor", unless: [.int(1), .double(1)])
      } else if let part = try rope.positive("partial_rotary_factor") {
        share = part
      }
    }
    theta = Float(inner ?? outer ?? sources.theta.standard)
    self.share = share ?? sources.share?.standard ?? 1
    guard self.share <= 1 else {
      throw fields.wrong(
        sources.share?.name ?? "", .double(self.share), wanted: "a part of the head, at most 1")
    }
  }

  /// The fields of `rope_parameters`. With `share`, how much of a head is turned among them.
  func object(withShare: Bool = false) -> JSONObject {
    var fields: JSONObject = [
      "rope_type": .string(scaling.name), "rope_theta": ModelConfig.shortest(theta),
    ]
    for (name, value) in scaling.fields { fields[name] = value }
    if withShare { fields["partial_rotary_factor"] = .double(share) }
    return fields
  }

  /// `rope_parameters` as of transformers 5, and `rope_theta` and `rope_scaling` as of those before.
  var fields: [(String, JSON)] {
    var old = JSONObject()
    for (name, value) in scaling.fields { old[name] = value }
    old["type"] = .string(scaling.name)
    old["rope_type"] = .string(scaling.name)
    return [
      ("rope_theta", ModelConfig.shortest(theta)),
      ("rope_scaling", scaling == .none ? .null : .object(old)),
      ("rope_parameters", .object(object())),
    ]
  }
}

extension RotaryConfig.Scaling {
  /// The kind of scaling, as config.json names it.
  var name: String {
    switch self {
    case .none: "default"
    case .linear: "linear"
    case .dynamic: "dynamic"
    case .llama3: "llama3"
    case .yarn: "yarn"
    }
  }

  private static let known = ["default", "linear", "dynamic", "llama3", "yarn"]

  /// Fields that say something about rotary positions and are read here or by `RotaryConfig`.
  private static let understood: Set<String> = [
    "rope_type", "type", "rope_theta", "partial_rotary_factor", "factor",
    "original_max_position_embeddings", "low_freq_factor", "high_freq_factor", "attention_factor",
    "beta_fast", "beta_slow", "mscale", "mscale_all_dim", "truncate",
  ]

  fileprivate init(_ rope: JSONFields, trained: Int) throws(ModelError) {
    for name in rope.object.keys where !Self.understood.contains(name) {
      try ModelConfig.refuse(rope, name, unless: [])
    }
    func needed(_ name: String) throws(ModelError) -> Float {
      guard let value = try rope.positive(name) else { throw rope.missing(name) }
      return Float(value)
    }
    func original() throws(ModelError) -> Int {
      try rope.int("original_max_position_embeddings", in: ModelConfig.contexts) ?? trained
    }
    let key = rope["rope_type"] == nil ? "type" : "rope_type"
    switch try rope.string(key) ?? "default" {
    case "default": self = .none
    case "linear": self = .linear(factor: try needed("factor"))
    case "dynamic": self = .dynamic(factor: try needed("factor"))
    case "llama3":
      let (low, high) = (try needed("low_freq_factor"), try needed("high_freq_factor"))
      guard low < high else {
        throw rope.wrong(
          "high_freq_factor", .double(Double(high)), wanted: "more than low_freq_factor")
      }
      self = .llama3(
        factor: try needed("factor"), low: low, high: high, original: try original())
    case "yarn":
      var yarn = RotaryConfig.YaRN(factor: 1, original: try original())
      if let factor = try rope.positive("factor") {
        yarn.factor = Float(factor)
      } else {
        yarn.factor = Float(trained) / Float(yarn.original)
      }
      yarn.amplitude = try rope.positive("attention_factor").map { Float($0) }
      yarn.fast = Float(try rope.positive("beta_fast") ?? 32)
      yarn.slow = Float(try rope.positive("beta_slow") ?? 1)
      yarn.mscale = try rope.positive("mscale").map { Float($0) }
      yarn.mscaleAll = try rope.positive("mscale_all_dim").map { Float($0) }
      yarn.truncates = try rope.bool("truncate", default: true)
      self = .yarn(yarn)
    case let other:
      throw .unsupportedField(
        name: rope.place + key, file: rope.file, found: "\"\(other)\"",
        supported: Self.known.map { "\"\($0)\"" }.joined(separator: ", "))
    }
  }

  /// What stands beside the name; what is nil is left out.
  fileprivate var fields: [(String, JSON)] {
    func number(_ value: Float) -> JSON { ModelConfig.shortest(value) }
    switch self {
    case .none: return []
    case .linear(let factor), .dynamic(let factor): return [("factor", number(factor))]
    case .llama3(let factor, let low, let high, let original):
      return [
        ("factor", number(factor)), ("low_freq_factor", number(low)),
        ("high_freq_factor", number(high)), ("original_max_position_embeddings", .int(original)),
      ]
    case .yarn(let yarn):
      let optional: [(String, Float?)] = [
        ("attention_factor", yarn.amplitude), ("mscale", yarn.mscale),
        ("mscale_all_dim", yarn.mscaleAll),
      ]
      return [
        ("factor", number(yarn.factor)), ("original_max_position_embeddings", .int(yarn.original)),
        ("beta_fast", number(yarn.fast)), ("beta_slow", number(yarn.slow)),
        ("truncate", .bool(yarn.truncates)),
      ] + optional.compactMap { name, value in value.map { (name, number($0)) } }
    }
  }
}
