import Foundation
import RLXScript
import RLXSession
import RLXTestSupport
import Testing

/// Conversations as data: what trainers and `generate` make of messages by the chat template.
@Suite struct ChatDatasetTests {
  let folder: TemporaryFolder
  private let bench = ObjectBench()

  init() throws {
    folder = try TemporaryFolder()
    for name in try FileManager.default.contentsOfDirectory(atPath: SmallModel.folder) {
      try FileManager.default.copyItem(
        atPath: SmallModel.folder + "/" + name, toPath: folder.path(name))
    }
    let template =
      "{% for m in messages %}{{ m.role }}\n{{ m.content }}\n{% endfor %}"
      + "{% if add_generation_prompt %}{{ 'assistant\n' }}{% endif %}"
    _ = folder.file("chat_template.jinja", template)
    try bench.run(
      """
      policy = Model("\(folder.path(""))")
      ask = [{role: "user", content: "hi"}]
      say = [{role: "assistant", content: "hello"}]
      no = [{role: "assistant", content: "no"}]
      tok = policy.tokenizer
      prompt = tok.apply_chat_template(ask, add_generation_prompt: true)
      whole = tok.apply_chat_template(ask + say)
      rest = whole[prompt.len..]
      """)
  }

  @Test func aDialogueIsAPromptWithWhatBeginsAnAnswer() throws {
    for form in [
      "ask", "[{prompt: ask}]", "Dataset([{prompt: ask}])", "Dataset([{messages: ask + say}])",
    ] {
      #expect(
        try bench.json("policy.generate(\(form), max_tokens: 1)[0].prompt")
          == "\"user\\nhi\\nassistant\\n\"", "\(form)")
    }
  }

  @Test func sftLearnsWhatTheTemplateAddsAndNoEndTokenMore() throws {
    try bench.run("sft = SFT(policy)\nbare = SFT(policy, append_eos: false)")
    try bench.run("wanted = bare.loss([{prompt: prompt, completion: rest}]).item()")
    for rows in ["[{prompt: ask, completion: say}]", "Dataset([{prompt: ask, completion: say}])"] {
      #expect(try bench.json("sft.loss(\(rows)).item() == wanted") == "true", "\(rows)")
    }
    #expect(
      try bench.json(
        "sft.loss(Dataset([{messages: ask + say}])).item() == bare.loss([whole]).item()") == "true")
  }

  @Test func comparisonsOfDialoguesTrainRewardModelsAndDPO() throws {
    try bench.run(
      """
      pairs = Dataset([{chosen: ask + say, rejected: ask + no}])
      by_ids = [{prompt: prompt, chosen: rest, rejected: tok.apply_chat_template(ask + no)[prompt.len..]}]
      dpo = DPO(policy)
      rm = RewardModel(policy)
      """)
    #expect(try bench.json("dpo.loss(pairs).item() == dpo.loss(by_ids).item()") == "true")
    #expect(try bench.json("rm.loss(pairs).item() == rm.loss(by_ids).item()") == "true")
    #expect(try bench.json("pairs.kind") == "\"preference\"")
    #expect(try bench.json("pairs.extract_prompt()[0].prompt == ask") == "true")
  }

  @Test func ppoAnswersDialogues() throws {
    try bench.run(
      "ppo = PPO(policy, reward: fn(p, r) => r.len, max_tokens: 2)\nb = ppo.rollout(Dataset([{prompt: ask}]))"
    )
    #expect(try bench.json("b[0].prompt") == "\"user\\nhi\\nassistant\\n\"")
  }

  @Test func withoutATemplateItSaysSo() {
    let error = bench.error("Model(MODEL).generate(Dataset([{prompt: ask}]))")
    #expect(error.contains("messages in `prompt`"), "\(error)")
    let role = bench.error("policy.generate([{role: \"system\", content: \"x\"}])")
    #expect(role.contains("a prompt whose last message is the system's"), "\(role)")
  }
}
