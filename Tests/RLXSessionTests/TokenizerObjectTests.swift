import Foundation
import RLXScript
import RLXSession
import Testing

/// Tokenizers as scripts make and keep them.
@Suite struct TokenizerObjectTests {
  @Test(
    arguments: [
      ("tok.vocab_size", "262"), ("tok.bos", "0"), ("tok.eos", "0"), ("tok.name", "\"trained\""),
      ("tok.token(0)", "\"<|endoftext|>\""), ("tok.encode(\"<|endoftext|>\")", "[0]"),
      ("tok.decode(tok.encode(\"é 日本\\n\"))", "\"é 日本\\n\""),
      ("tok.encode(\"the cat\").len < 7", "true"),
      ("Tokenizer.train(\"the cat\", special_tokens: [], vocab_size: 257).eos", "nil"),
      ("Tokenizer.train([], vocab_size: 300).vocab_size", "257"),
      (
        "Tokenizer.train(Dataset([{prompt: \"the \", completion: \"cat\"}]), vocab_size: 258)"
          + ".token(257)", "\"at\""
      ),
      ("Tokenizer.train(Dataset([{prompt: \"the the\"}]), vocab_size: 258).token(257)", "\"he\""),
      ("Model.new(\"llama\", tok, layers: 1, width: 32).tokenizer == tok", "true"),
    ])
  func makesATokenizerForTexts(script: String, shown: String) throws {
    let bench = ObjectBench()
    try bench.run("tok = Tokenizer.train([\"the cat\", \"the cats\", \"a cat\"], vocab_size: 262)")
    #expect(try bench.run(script)?.shown == shown)
  }

  @Test func aSavedTokenizerIsReadBackTheSame() throws {
    let scratch = try Scratch()
    let bench = ObjectBench()
    bench.interpreter.setGlobal("FOLDER", .string(scratch.path + "/tok"))
    try bench.run(
      """
      tok = Tokenizer.train(["the cat sat", "the dog sat"], vocab_size: 265, special_tokens: ["<e>"])
      tok.save(FOLDER)
      back = Tokenizer(FOLDER)
      """)
    #expect(
      try bench.run("[back.vocab_size, back.eos, back.encode(\"the dog<e>\")]")?.shown
        == bench.run("[tok.vocab_size, tok.eos, tok.encode(\"the dog<e>\")]")?.shown)
    func digest(_ name: String) throws -> String {
      guard case .host(let object) = try bench.run(name) else { return "" }
      var builder = DigestBuilder("tokenizer")
      (object as? any Digestible)?.absorb(into: &builder)
      return builder.finish()
    }
    #expect(try digest("back") == digest("tok"))
  }

  @Test(
    arguments: [
      ("Tokenizer.train([\"a\"], vocab_size: 256)", "vocab_size is 256; wanted at least 257"),
      ("Tokenizer.train([\"a\"], vocab_size: 3)", "vocab_size"),
      ("Tokenizer.train([\"a\", 1])", "texts"), ("Tokenizer.train(3)", "texts"),
      ("Tokenizer.train([\"a\"], special_tokens: [\"<a>\", \"<a>\"])", "twice"),
      ("Tokenizer.train([\"a\"], special_tokens: \"<a>\")", "special_tokens"),
      ("Tokenizer.train(Dataset([{a: \"b\"}]))", "the columns a"),
    ])
  func settingsThatMakeNoTokenizerSayWhy(script: String, says: String) throws {
    let error = ObjectBench().error(script)
    #expect(error.contains(says), "\(error)")
  }

  private static let template = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}"

  @Test(
    arguments: [
      ("tok.apply_chat_template(chat, tokenize: false)", "\"<user>the cat\""),
      ("tok.decode(tok.apply_chat_template(chat))", "\"<user>the cat\""),
      (
        "tok.apply_chat_template(chat, tokenize: false, template: \"{{ x }}\", variables: {x: [1, nil]})",
        "\"[1, None]\""
      ),
      (
        "tok.apply_chat_template(chat, tokenize: false, template: \"{{ tools | tojson }}\", "
          + "tools: [{name: \"f\"}])", "\"[{\\\"name\\\": \\\"f\\\"}]\""
      ),
      (
        "tok.apply_chat_template(chat, tokenize: false, date: \"2026-01-31\", "
          + "template: \"{{ strftime_now('%d %b') }}\")", "\"31 Jan\""
      ),
      ("tok.boundary(\"the \", \"cat\").loss_tokens", "1"),
      ("tok.boundary(chat).list()[0].loss", "false"),
      (
        "row = tok.boundary(\"the \", \"cat\")[-1]; [row.token, row.part, row.special, row.loss]",
        "[\"cat\", \"answer\", false, true]"
      ),
    ])
  func writesConversationsByTemplates(script: String, shown: String) throws {
    let scratch = try Scratch()
    let bench = ObjectBench()
    bench.interpreter.setGlobal("FOLDER", .string(scratch.path + "/tok"))
    try bench.run(
      """
      made = Tokenizer.train(["the cat", "the cats", "a cat"], vocab_size: 262)
      made.save(FOLDER)
      """)
    try Self.template.write(
      toFile: scratch.path + "/tok/chat_template.jinja", atomically: true, encoding: .utf8)
    try bench.run(
      "tok = Tokenizer(FOLDER); chat = [{role: \"user\", content: \"the cat\", name: nil}]")
    #expect(try bench.run(script)?.shown == shown)
  }

  @Test(
    arguments: [
      ("tok.apply_chat_template(chat)", "has no chat template"),
      ("tok.apply_chat_template([], template: \"x\")", "empty conversation"),
      ("tok.apply_chat_template([1])", "messages"),
      ("tok.apply_chat_template(chat, template: \"{{ x\")", "line 1, column 1"),
      ("tok.apply_chat_template(chat, template: \"{{ raise_exception('no way') }}\")", "no way"),
      ("tok.apply_chat_template(chat, template: \"{{ strftime_now('%d') }}\")", "clock"),
      ("tok.apply_chat_template(chat, template: \"x\", date: \"today\")", "date"),
      ("tok.boundary(\"a\", chat)", "completion"), ("tok.boundary(chat, \"a\")", "completion"),
    ])
  func conversationsThatCannotBeWrittenSayWhy(script: String, says: String) throws {
    let bench = ObjectBench()
    try bench.run(
      "tok = Tokenizer.train(\"the cat\", vocab_size: 260); chat = [{role: \"user\", content: \"x\"}]"
    )
    let error = bench.error(script)
    #expect(error.contains(says), "\(error)")
  }

  @Test func showsARowAsItIsTrainedOn() throws {
    let bench = ObjectBench()
    try bench.run(
      """
      tok = Tokenizer.train(["the cat", "the cats", "a cat"], vocab_size: 262)
      model = Model.new("llama", tok, layers: 1, width: 32)
      sft = SFT(model, max_length: 6, truncation_mode: "keep_end")
      row = sft.boundary({prompt: "the the the ", completion: "cat"})
      """)
    #expect(try bench.run("[row.len, row.loss_tokens, row[-1].part]")?.shown == "[6, 2, \"end\"]")
    guard case .host(let object) = try bench.run("row") else {
      Issue.record("no object")
      return
    }
    let shown = object.display(DisplayStyle(width: 120))
    #expect(shown.contains("the loss sees 2") && shown.contains("cut off the prompt"), "\(shown)")
    let all =
      "SFT(model, completion_only_loss: false).boundary({prompt: \"the \", completion: \"cat\"})"
    #expect(try bench.run("\(all).loss_tokens == \(all).len - 1")?.shown == "true")
  }

  @Test func trainingStopsAtACountedPoint() throws {
    let bench = ObjectBench()
    let texts = "[\"the cat sat on the mat\", \"the dog ran along the river\"]"
    try bench.run("tok = Tokenizer.train(\(texts), vocab_size: 280)")
    let points = bench.core.points.inStatement
    #expect(points > 15)
    for count in [2, points / 2, points - 1] {
      let again = ObjectBench()
      let program = try again.interpreter.prepare(
        Source("Tokenizer.train(\(texts), vocab_size: 280)", name: "test.rlx"), mode: .prompt)
      again.core.beginStatement(stopAt: count)
      let stopped = #expect(throws: Diagnostic.self) {
        try again.interpreter.run(program.statements[0])
      }
      #expect(stopped?.kind == .stopped && again.core.points.inStatement == count)
    }
  }
}
