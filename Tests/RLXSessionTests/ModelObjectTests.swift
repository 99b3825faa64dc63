import Foundation
import RLXModels
import RLXScript
import RLXSession
import RLXTestSupport
import Testing

@Suite(.serialized) struct ModelObjectTests {
  private static let model = "m = Model(MODEL)\n"

  @Test(arguments: [
    ("m.generate(\"the cat\", max_tokens: 3, n: 2).len", "2"),
    (
      "m.generate([\"the\", \"a\"], max_tokens: 3, n: 2).map(fn(c) => c.prompt)",
      "[\"the\", \"the\", \"a\", \"a\"]"
    ),
    ("m.generate([[1, 5], [1, 6]], max_tokens: 2)[1].prompt_tokens", "[1, 6]"),
    ("m.generate([1, 5], max_tokens: 2, ignore_end: true)[0].tokens.len", "2"),
    ("m.generate(Dataset([\"the\"]), max_tokens: 2, min_tokens: 2)[0].logprobs.len", "2"),
    ("m.generate(\"the\", n: 3, max_tokens: 1)[1..].len", "2"),
    ("m.generate(\"the\", n: 3, max_tokens: 1)[-1].row", "2"),
    ("m.generate(\"the\", n: 3, max_tokens: 1).list().len", "3"),
    ("m.generate(\"the\", n: 3, max_tokens: 1).fold(0, fn(a, c) => a + c.row)", "3"),
    ("m.generate(\"the\", n: 3, max_tokens: 1).filter(fn(c) => c.row > 0).len", "2"),
    ("m.generate(\"the\", n: 3, max_tokens: 1).sort(by: fn(c) => -c.row)[0].row", "2"),
    ("m.generate(\"the\", max_tokens: 1, ignore_end: true)[0].finish", "\"length\""),
    ("m.logits([1, 5, 6]).shape[0]", "3"),
    ("m.logprobs(\"the\", [7, 8]).shape", "[2]"),
    ("m.logprobs(\"the\", \" cat\").tracks_grad", "true"),
    ("m.copy().freeze().logprobs(\"the\", \" cat\").tracks_grad", "false"),
    ("m.frozen", "false"),
    ("m.copy().freeze().frozen", "true"),
    ("m.loss(\"the cat\").shape", "[]"),
    ("m.dtype", "\"f32\""),
    ("Model(MODEL, dtype: \"bf16\").copy().dtype", "\"bf16\""),
    ("Model(MODEL, dtype: \"bf16\").frozen", "false"),
    ("Model(MODEL, dtype: \"q8\").copy().frozen", "true"),
    (
      "Model(MODEL, dtype: \"q8\").generate(\"the\", max_tokens: 2, ignore_end: true)[0].tokens.len",
      "2"
    ),
    ("Model(MODEL, dtype: \"q8\").parameter_count == m.parameter_count", "true"),
    ("Model.new(\"llama\", m.tokenizer, dtype: \"bf16\").dtype", "\"bf16\""),
    ("m.parameters.len", "21"),
    ("m.parameters.map(fn(p) => p.count).sum() == m.parameter_count", "true"),
    ("m.parameters[0].name", "\"model.embed_tokens.weight\""),
    ("m.tokenizer.decode(m.tokenizer.encode(\"the cat\"))", "\"<s> the cat\""),
    ("m.tokenizer.encode(\"the\")[0] == m.tokenizer.id(\"<s>\")", "true"),
    ("m.tokenizer.token(1)", "\"<s>\""),
    ("Model.new(\"llama\", m.tokenizer, layers: 3, width: 32).parameters.len", "30"),
    (
      "Model.new(family: \"llama\", tokenizer: m.tokenizer, tie: true, context: 64).context", "64"
    ),
    ("m.perplexity([\"the cat\"]) == m.perplexity(Dataset([\"the cat\"]))", "true"),
    ("abs(m.perplexity(\"the cat\") - m.loss(\"the cat\").exp().item()) < 1e-3", "true"),
  ])
  func gives(expression: String, expected: String) throws {
    #expect(try ObjectBench().shown(Self.model + expression) == expected, "\(expression)")
  }

  /// log softmax of the logits at the positions before the response's tokens, from the definition.
  @Test func logProbabilitiesFollowFromTheLogits() throws {
    let bench = ObjectBench()
    let difference = try bench.run(
      """
      m = Model(MODEL)
      ids = [1, 5, 9, 17, 30]
      t = 0.5
      rows = (m.logits(ids) / t).softmax(axis: -1).log()
      by_hand = [rows[1, 9].item(), rows[2, 17].item(), rows[3, 30].item()]
      given = m.logprobs([1, 5], [9, 17, 30], temperature: t).list()
      zip(by_hand, given).map(fn(p) => abs(p[0] - p[1])).max()
      """)
    // Two float32 paths over a vocabulary of some hundred tokens.
    #expect(try #require(difference?.asDouble) < 1e-5)
  }

  @Test func temperatureZeroDrawsNothingAndOtherwiseEachCallDrawsOnce() throws {
    let bench = ObjectBench()
    try bench.run("m = Model(MODEL)\nm.generate(\"the\", temperature: 0, max_tokens: 4)")
    #expect(bench.core.draws.taken == 0)
    try bench.run("m.generate([\"the\", \"a\"], n: 2, max_tokens: 4)")
    #expect(bench.core.draws.taken == 1)
    let script = "seed(5)\nm.generate(\"the\", max_tokens: 8, n: 2).texts"
    #expect(try bench.shown(script) == bench.shown(script))
  }

  @Test func eachDecodedPositionIsACountedPoint() throws {
    let bench = ObjectBench()
    try bench.run("m = Model(MODEL)")
    let before = bench.core.points.total
    try bench.run("m.generate(\"the\", max_tokens: 7, ignore_end: true)")
    // Seven positions and the call itself at most.
    #expect((7...8).contains(bench.core.points.total - before))
    #expect(bench.console.progressLines.filter { $0.phase == "generate" }.count == 7)
  }

  @Test func freshWeightsComeFromTheSessionsDraws() throws {
    let bench = ObjectBench()
    let same = try bench.run(
      """
      tok = Model(MODEL).tokenizer
      fn made() => Model.new("llama", tok, layers: 1, width: 16).logits([1, 5])
      seed(4)
      a = made()
      b = made()
      seed(4)
      made() == a and not (a == b)
      """)
    #expect(same?.shown == "true")
    #expect(bench.core.draws.taken == 1)
  }

  @Test func aSavedModelIsTheSameModel() throws {
    let scratch = try Scratch()
    let bench = ObjectBench()
    bench.interpreter.setGlobal("DIR", .string(scratch.path + "/saved"))
    let same = try bench.run(
      """
      m = Model(MODEL)
      m.save(DIR)
      Model(DIR).logits([1, 5, 6]) == m.logits([1, 5, 6])
      """)
    #expect(same?.shown == "true")
  }

  @Test func aSavedModelRemembersItsDType() throws {
    let scratch = try Scratch()
    let bench = ObjectBench()
    bench.interpreter.setGlobal("DIR", .string(scratch.path + "/saved"))
    let same = try bench.run(
      """
      m = Model(MODEL, dtype: "q8")
      m.save(DIR)
      again = Model(DIR)
      again.dtype == "q8" and again.logits([1, 5, 6]) == m.logits([1, 5, 6])
      """)
    #expect(same?.shown == "true")
  }

  @Test func aCopyIsNotTheModel() throws {
    let same = try ObjectBench().run(
      """
      m = Model(MODEL)
      c = m.copy()
      before = c.logits([1, 5])
      SFT(m, learning_rate: 0.01).run([{prompt: "the", completion: " cat"}], steps: 1)
      c.logits([1, 5]) == before and not (m.logits([1, 5]) == before)
      """)
    #expect(same?.shown == "true")
  }

  @Test(arguments: [
    ("Model(\"nanoo\")", "missing: Model: no built-in model is called \"nanoo\""),
    ("m.save(\"nano\")", "\"nano\" is the name of a built-in model | \"./nano\""),
    ("Model(\"no/such/folder\")", "missing: Model: there is no folder \"no/such/folder\""),
    ("Model(\"\")", "value: Model: the path is empty"),
    ("Model(3)", "Model: path: expected a string, got int 3"),
    ("Model(MODEL, dtype: \"bf17\")", "dtype: expected one of \"f32\", \"bf16\", \"q8\""),
    ("Model.new(\"llama\", m.tokenizer, dtype: \"q8\")", "expected one of \"f32\", \"bf16\""),
    (
      "SFT(Model(MODEL, dtype: \"q8\"))",
      ", whose weights are 8-bit numbers (dtype \"q8\")"
    ),
    ("Model(MODEL, dtype: \"q8\").loss(\"the cat\").backward()", "value: "),
    ("m.generate(\"a\", max_token: 3)", "max_tokens"),
    ("m.generate(\"a\", max_tokens: \"many\")", "max_tokens: expected an int"),
    ("m.generate(\"a\", max_tokens: -1)", "max_tokens: expected an int ≥ 0"),
    ("m.generate(\"a\", temperature: \"hot\")", "temperature: expected a number ≥ 0"),
    ("m.generate(\"a\", top_p: 0)", "top_p: expected a number > 0 and ≤ 1"),
    ("m.generate(\"a\", min_tokens: 9, max_tokens: 3)", "min_tokens is 9"),
    ("m.generate(\"a\", stop: [\"\"])", "stop is an empty text"),
    ("m.generate([1, 99999])", "the token 99999"),
    ("m.generate([[1, 2], \"a\", 3.5])", "prompts[2]: expected a text or a list of ids"),
    ("m.generate([[1, -2]])", "-2 is no token"),
    ("m.generate(5)", "prompts: expected"),
    ("m.generate(range(3000).map(fn(i) => \"the\"), n: 10000)", "GB of memory, this machine has"),
    ("m.logprobs([], \"a\")", "the prompt has 0 tokens"),
    ("m.logprobs(\"a\", [1], temperature: 0)", "temperature: expected a number > 0"),
    ("m.logits(range(200))", "a sequence of 200 tokens"),
    ("m.tokenizer.decode([99999])", "the token 99999"),
    ("m.parameter", "parameters"),
    ("m.generate(\"a\", max_tokens: 1)[7]", "index 7 is outside"),
    ("Model.new(\"lama\", m.tokenizer)", "got string \"lama\" | family: \"llama\""),
    ("Model.new(\"llama\", m.tokenizer, width: 30)", "width is 30; wanted a multiple of the 4"),
    ("Model.new(\"llama\", m.tokenizer, kv_heads: 3)", "kv_heads is 3; wanted a divisor"),
    (
      "Model.new(\"llama\", m.tokenizer, width: 1048576)",
      "GB of memory, this machine has"
    ),
    ("m.perplexity([])", "perplexity: expected texts, got none"),
    ("m.perplexity([[1, 5], [5]])", "row 1 has no token to predict"),
    ("m.perplexity([range(200)])", "data[0]: expected a text"),
    ("m.perplexity([range(200).list()])", "row 0 has 200 tokens, the model reads at most 128"),
  ])
  func says(script: String, message: String) {
    let error = ObjectBench().error(Self.model + script)
    #expect(error.contains(message), "\(script): \(error)")
  }

  /// Each way in which a model folder can be broken: what the error must name.
  @Test(
    arguments: [
      ("model.safetensors", "", "file: ", "model.safetensors"),
      ("model.safetensors", nil, "missing: ", "model.safetensors"),
      ("config.json", "{\"model_type\": \"gpt9\"}", "file: ", "gpt9"),
      ("config.json", "{", "file: ", "config.json"),
      ("tokenizer.json", "{\"model\": {\"type\": \"BPE\"}}", "file: ", "vocab"),
      ("tokenizer.json", nil, "missing: ", "tokenizer.json"),
    ] as [(String, String?, String, String)])
  func namesWhatIsBrokenInAFolder(
    file: String, content: String?, kind: String, named: String
  ) throws {
    let scratch = try Scratch()
    let folder = scratch.path + "/broken"
    try FileManager.default.copyItem(atPath: SmallModel.folder, toPath: folder)
    if let content {
      try content.write(toFile: folder + "/" + file, atomically: true, encoding: .utf8)
    } else {
      try FileManager.default.removeItem(atPath: folder + "/" + file)
    }
    let bench = ObjectBench()
    bench.interpreter.setGlobal("DIR", .string(folder))
    let error = bench.error("Model(DIR)")
    #expect(error.hasPrefix(kind) && error.contains(named), "\(error)")
  }

  @Test func aTruncatedOrMisshapenWeightFileIsNamed() throws {
    let scratch = try Scratch()
    let folder = scratch.path + "/broken"
    try FileManager.default.copyItem(atPath: SmallModel.folder, toPath: folder)
    let weights = folder + "/model.safetensors"
    let whole = try #require(FileManager.default.contents(atPath: weights))
    try whole.dropLast(100).write(to: URL(fileURLWithPath: weights))
    let bench = ObjectBench()
    bench.interpreter.setGlobal("DIR", .string(folder))
    #expect(bench.error("Model(DIR)").contains("model.safetensors"))
    try whole.write(to: URL(fileURLWithPath: weights))
    let config = folder + "/config.json"
    let text = try String(contentsOfFile: config, encoding: .utf8)
    let changed = text.replacing("\"intermediate_size\":48", with: "\"intermediate_size\":50")
      .replacing("\"intermediate_size\": 48", with: "\"intermediate_size\": 50")
    #expect(changed != text)
    try changed.write(toFile: config, atomically: true, encoding: .utf8)
    let error = bench.error("Model(DIR)")
    #expect(error.contains("mlp.gate_proj.weight has shape [48, 32]"), "\(error)")
    #expect(error.contains("[50, 32]"), "\(error)")
  }
}
