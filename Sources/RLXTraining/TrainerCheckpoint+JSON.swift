import Glibc
import RLXData
import RLXModels

extension TrainerCheckpoint {
  /// Writes `trainer.json`.
  func write() throws {
    var bytes: [UInt8] = []
    try json.serialize(into: &bytes)
    try writeAtomically(bytes + [UInt8(ascii: "\n")], to: folder + "/" + CheckpointFolder.mark)
  }

  private var json: JSON {
    .object([
      ("format", .int(Self.format)), ("trainer", .string(trainer)), ("model", .string(model)),
      ("settings", Self.json(settings)), ("options", Self.json(options)),
      ("trained", trained.map { .array($0.map { .string($0) }) } ?? .null),
      ("frozen", .array(frozen.map { .string($0) })),
      ("counters", Self.json(counters)),
      (
        "draws",
        .object([
          ("seed", .string("\(draws.seed)")), ("call", .string("\(draws.call)")),
          ("count", .string("\(draws.count)")),
        ])
      ),
      ("passes", Self.json(passes)), ("side_passes", Self.json(sidePasses)),
      ("log", .array(log.map(Self.json))),
      ("samples", .array(samples.map(\.json))),
      ("files", .object(hashes.map { (key: $0.file, value: .string($0.hash)) })),
    ])
  }

  private static func json(_ passes: Passes) -> JSON {
    .object([
      ("pass", .int(passes.pass)), ("position", .int(passes.position)),
      ("order", .array(passes.order.map { .int($0) })),
    ])
  }

  private static func json(_ metrics: Metrics) -> JSON {
    .object(metrics.map { (key: $0.name, value: json($0.value)) })
  }

  /// A number as JSON has it, to the bit; one that is not finite by its bits.
  private static func json(_ number: Double) -> JSON {
    number.isFinite ? .double(number) : .string("0x" + String(number.bitPattern, radix: 16))
  }

  private static func json(_ settings: [(name: String, value: SettingValue)]) -> JSON {
    .object(settings.map { (key: $0.name, value: json($0.value)) })
  }

  private static func json(_ value: SettingValue) -> JSON {
    switch value {
    case .none: .null
    case .bool(let flag): .bool(flag)
    case .integer(let number): .int(number)
    case .number(let number): json(number)
    case .text(let text): .string(text)
    case .texts(let texts): .array(texts.map { .string($0) })
    case .range(let low, let high): .object([("from", .int(low)), ("to", .int(high))])
    }
  }
}

// MARK: - Reading

extension TrainerCheckpoint {
  /// Reads the `trainer.json` of a folder, and checks that the files beside it are those it was
  /// written with.
  package init(folder: String, of wanted: String) throws(ModelError) {
    let file = folder + "/" + CheckpointFolder.mark
    let fields = try Self.fields(file)
    guard let format = fields["format"] else { throw fields.missing("format") }
    guard format.intValue == Self.format else {
      throw .unsupportedField(
        name: "format", file: file, found: JSONFields.shown(format), supported: "\(Self.format)")
    }
    self.folder = folder
    trainer = try fields.required("trainer")
    guard trainer == wanted else {
      throw fields.wrong(
        "trainer", .string(trainer), wanted: "\"\(wanted)\"; \(trainer).resume(…) reads this one")
    }
    model = try fields.required("model")
    settings = try fields.settings("settings")
    options = try fields.settings("options")
    trained = fields["trained"] == nil ? nil : try fields.strings("trained")
    frozen = try fields.strings("frozen")
    counters = try Self.metrics(fields.inner("counters"))
    let draws = try fields.inner("draws")
    self.draws = TrainerDraws(
      seed: try draws.word("seed"), call: try draws.word("call"), count: try draws.word("count"))
    passes = try Self.passes(fields.inner("passes"))
    if let side = try fields.fields("side_passes") { sidePasses = try Self.passes(side) }
    var log: [Metrics] = []
    for entry in try fields.objects("log") { log.append(try Self.metrics(entry)) }
    self.log = log
    samples = []
    if fields["samples"] != nil {
      for sample in try fields.objects("samples") { samples.append(try LoggedSample(sample)) }
    }
    let files = try fields.inner("files")
    hasValueModel = files[Self.valueFolder + "/model.safetensors"] != nil
    hasAdapter = files[Self.adapterFile] != nil
    referenceIsBase = hasAdapter && files[Self.referenceFolder + "/model.safetensors"] == nil
    try check(files)
  }

  /// The settings as a trainer has them.
  func settings<Settings: TrainerSettings>(_ type: Settings.Type) throws(TrainingError) -> Settings
  {
    try Settings().applying(settings)
  }

  private static func fields(_ file: String) throws(ModelError) -> JSONFields {
    do throws(DataError) {
      guard let object = try JSON.read(file).objectValue else {
        throw DataError(found: "no object", wanted: "a JSON object")
      }
      return JSONFields(object: object, file: file)
    } catch {
      if error.isMissing { throw .missingFile(path: file) }
      throw .brokenFile(path: file, found: error.found, wanted: error.wanted)
    }
  }

  private func check(_ files: JSONFields) throws(ModelError) {
    for name in hashedFiles {
      let path = folder + "/" + name
      let wanted = try files.required(name)
      let found: String
      do {
        found = try SHA256.ofFile(path).digest.hex
      } catch {
        throw .missingFile(path: path)
      }
      guard found == wanted else {
        throw .brokenFile(
          path: path, found: "sha256:\(found.prefix(12))…",
          wanted: "sha256:\(wanted.prefix(12))…, the file this checkpoint was saved with")
      }
    }
  }

  private static func metrics(_ fields: JSONFields) throws(ModelError) -> Metrics {
    var metrics: Metrics = []
    for (name, value) in fields.object {
      guard let number = number(value) else { throw fields.wrong(name, value, wanted: "a number") }
      metrics.append((name, number))
    }
    return metrics
  }

  fileprivate static func number(_ value: JSON) -> Double? {
    if let text = value.stringValue, text.hasPrefix("0x") {
      return UInt64(text.dropFirst(2), radix: 16).map(Double.init(bitPattern:))
    }
    return value.doubleValue
  }

  /// An order that is one: every row once.
  private static func passes(_ fields: JSONFields) throws(ModelError) -> Passes {
    let order = (try fields.array("order") ?? []).compactMap(\.intValue)
    guard
      let passes = Passes(
        order: order, position: fields["position"]?.intValue ?? -1,
        pass: fields["pass"]?.intValue ?? -1)
    else {
      throw .brokenFile(
        path: fields.file, found: "passes that are none",
        wanted: "an order of rows, each once, and a position in it")
    }
    return passes
  }
}

extension LoggedSample {
  fileprivate var json: JSON {
    .object([
      ("step", .int(step)), ("prompt", .string(prompt)), ("response", .string(response)),
    ])
  }

  fileprivate init(_ fields: JSONFields) throws(ModelError) {
    guard let step = fields["step"]?.intValue else { throw fields.missing("step") }
    self.init(
      step: step, prompt: try fields.required("prompt"), response: try fields.required("response"))
  }
}

extension JSONFields {
  fileprivate func required(_ name: String) throws(ModelError) -> String {
    guard let text = try string(name) else { throw missing(name) }
    return text
  }

  fileprivate func inner(_ name: String) throws(ModelError) -> JSONFields {
    guard let inner = try fields(name) else { throw missing(name) }
    return inner
  }

  fileprivate func strings(_ name: String) throws(ModelError) -> [String] {
    guard let values = try array(name) else { throw missing(name) }
    let texts = values.compactMap(\.stringValue)
    guard texts.count == values.count else {
      throw wrong(name, .array(values), wanted: "an array of strings")
    }
    return texts
  }

  /// 64 bits, as text: JSON's integers end one bit before.
  fileprivate func word(_ name: String) throws(ModelError) -> UInt64 {
    let text = try required(name)
    guard let word = UInt64(text) else {
      throw wrong(name, .string(text), wanted: "a whole number of 64 bits")
    }
    return word
  }

  fileprivate func settings(_ name: String) throws(ModelError) -> [(
    name: String, value: SettingValue
  )] {
    let inner = try inner(name)
    var settings: [(name: String, value: SettingValue)] = []
    for (name, value) in inner.object {
      guard let setting = SettingValue(value) else {
        throw inner.wrong(name, value, wanted: "a setting's value")
      }
      settings.append((name, setting))
    }
    return settings
  }
}

extension SettingValue {
  /// nil for what no setting is.
  fileprivate init?(_ value: JSON) {
    switch value {
    case .null: self = .none
    case .bool(let flag): self = .bool(flag)
    case .int(let number): self = .integer(number)
    case .double(let number): self = .number(number)
    case .string(let text): self = .text(text)
    case .array(let values):
      let texts = values.compactMap(\.stringValue)
      guard texts.count == values.count else { return nil }
      self = .texts(texts)
    case .object(let fields):
      let bounds = Dictionary(fields.map { ($0.key, $0.value.intValue) }) { first, _ in first }
      guard fields.count == 2, let low = bounds["from"] ?? nil, let high = bounds["to"] ?? nil
      else { return nil }
      self = .range(low, high)
    }
  }
}
