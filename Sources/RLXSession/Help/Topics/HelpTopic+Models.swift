extension HelpTopic {
  static let models = [
    HelpTopic(
      "models", "Models",
      """
      Model("nano") is the small model that comes with rlx; otherwise a folder as Hugging Face keeps
      them (config.json, model.safetensors, tokenizer.json).

        policy = Model("nano")
        policy.generate("Once upon a time", max_tokens: 12)
        policy.tokenizer.encode("Once");
        policy.logprobs("Once", " upon a time");
        policy.loss("Once upon a time").item();

      Families: llama, mistral, qwen2, qwen3, smollm3, olmo2, phi3, gpt_neox, gemma2, gemma3_text, gpt2
      (docs/models.md has what of each is supported). Model.new makes fresh weights of any of them.

        Model.new(family: "qwen3", layers: 2, width: 32, heads: 4, kv_heads: 2,
                  tokenizer: policy.tokenizer);

      logprobs gives one number a token, in nats, with gradients. A model is an object: trainers
      change it in place. copy() makes another, freeze() keeps one from being trained, save writes a
      folder that reads back to the same bits.

        reference = policy.copy().freeze()
        reference.frozen                        #> true
        policy.save("my-model")

      Model("owner/name") is a model of Hugging Face's hub that other programs have brought to this
      machine; Model("owner/name", download: true) brings it. revision: names a branch, tag or commit.

            ?Model lists its members; :help dtypes, :help generation, :help tensors.
      """),
    HelpTopic(
      "dtypes", "How weights are kept",
      """
      dtype says how products read a model's weights: "f32" (unless told), "bf16" (half the bytes; float32
      weights stay behind while it trains) or "q8" (8-bit numbers with a scale for 32: a quarter of the
      bytes, and it never trains).

        policy = Model("nano", dtype: "bf16")
        policy.dtype                            #> "bf16"
        reader = Model("nano", dtype: "q8")
        reader.frozen                           #> true

      A frozen model keeps only that form of its matrices. Losses and log-probabilities are float32 in
      any. A model saved remembers its dtype. docs/dtypes.md says what is lost and gained.
      """),
    HelpTopic(
      "lora", "Low-rank adapters",
      """
      lora gives some layers of a model small matrices that are trained in the weights' place (Hu et
      al. 2021): W x + alpha/rank B A x. The weights stay as they are, so policy, reference and reward
      model share one copy of them, and the optimizer keeps moments of the adapter alone.

        policy = Model("nano").lora(rank: 8, targets: ["q_proj", "v_proj"])
        policy.adapter.rank                     #> 8
        base = policy.without_adapter()
        base.frozen                             #> true
        SFT(policy).run(["Once upon a time"], steps: 1);
        policy.save_adapter("my-adapter")
        Model("nano").load_adapter("my-adapter").adapter.rank   #> 8

      PPO(policy, …) and DPO(policy, …) without reference: stay near the model without its adapter.
      merge() makes the adapter part of the weights, unmerge() takes that back. Folders are PEFT's.

      ?Model.lora lists the settings; :help models.
      """),
    HelpTopic(
      "generation", "Generation",
      """
      generate takes a text, a list of texts or of ids, or a Dataset, and gives Completions: a list,
      prompt by prompt.

        policy = Model("nano")
        answers = policy.generate(["Once", "One day"], n: 2, max_tokens: 8)
        answers.len                             #> 4
        answers[0].text;
        answers[0].logprobs;
        answers[0].finish;

      temperature 1 samples as the model was trained, below 1 more surely, 0 takes the likeliest token
      each time. top_k and top_p leave unlikely tokens out. stop ends an answer at a text.

        sure = policy.generate("Once", temperature: 0, max_tokens: 8)[0]
        again = policy.generate("Once", temperature: 0, max_tokens: 8)[0]
        sure.text == again.text                 #> true

      Draws follow the session's seed: :help randomness. ?Model.generate lists the settings.
      """),
    HelpTopic(
      "chat", "Conversations",
      """
      A conversation is a list of messages {role, content}; the chat template that came with a model
      writes it as text, with the marks the model was trained on.

        tok = Tokenizer("nano")
        talk = [{role: "user", content: "Hi"}]
        jinja = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}"
        ids = tok.apply_chat_template(talk, template: jinja)
        tok.decode(ids)                         #> "<user>Hi"

      Without template: the tokenizer's own is used (chat_template.jinja, tokenizer_config.json).
      add_generation_prompt: true begins an answer, tools: [...] says what may be called. Templates
      are Jinja as transformers runs it, without clock: give date: "2026-01-31" if one asks.

      boundary shows a row as a trainer reads it, token by token, and what the loss sees.

        tok.boundary("Once upon", " a time");

      ?Tokenizer.apply_chat_template and ?SFT.boundary say more.
      """),
    HelpTopic(
      "data", "Datasets",
      """
      Rows with named columns, from a .jsonl, .json, .csv or .txt file (or .gz of one), or made of
      strings and maps. TRL's column names are known: prompt; prompt and completion; prompt, chosen
      and rejected.

        data = Dataset([{prompt: "Once", n: 1}, {prompt: "One day", n: 2}])
        data.columns                            #> ["prompt", "n"]
        data[0].prompt                          #> "Once"
        data["n"]                               #> [1, 2]
        data.filter(fn(row) => row.n > 1).len   #> 1
        data.map(fn(row) => {prompt: row.prompt.upper()})[0]   #> {prompt: "ONCE"}
        train, held = data.split(0.5)
        held.len                                #> 1
        data.shuffle().take(1).len              #> 1
        data.save("rows.jsonl")
        Dataset("rows.jsonl").kind              #> "prompt-only"

      A string is a row {text}. Rows are read as they are: nothing is truncated silently. A row that
      cannot be read is an error with its line; on_error: "skip" leaves such rows out and says so.

      Rows of a large .jsonl file stay in the file, and map and filter on them run when a row is asked
      for; lazy: true does that with any dataset:

        later = data.map(fn(row) => {prompt: row.prompt.upper()}, lazy: true)
        later[1].prompt                         #> "ONE DAY"

      Lists of messages {role, content} in place of texts are written out by the tokenizer's chat
      template. docs/data.md has formats, types and limits.
      """),
    HelpTopic(
      "preferences", "Preferences",
      """
      Comparisons of two answers and what people said of them, in an SQLite file; "memory" keeps
      none. prefs.label(answers) asks you: 1, 2, tie, skip, undo or quit. Judgements are only ever
      added, with who gave them.

        prefs = Preferences("memory")
        prefs.add(prompt: "Once", chosen: " upon a time", rejected: " a");
        answers = Model("nano").generate("One day", n: 2, max_tokens: 8)
        prefs.label(answers, with: fn(prompt, a, b) => a.len >= b.len);
        prefs[0].chosen                         #> " upon a time"
        prefs.summary();
        prefs.agreement();
        prefs.patterns();

      A function may answer instead of a person: true or 1 is the first, false or 2 the second, "tie",
      nil skips, a number between 0 and 1 is how sure it is. patterns() tells whether the longer
      answer, or the one on the left, mostly won.

      A Dataset of prompt, chosen and rejected is Preferences too. :help reward goes on from here.
      """),
  ]
}
