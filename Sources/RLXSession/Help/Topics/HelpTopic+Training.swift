extension HelpTopic {
  static let training = [
    HelpTopic(
      "sft", "Supervised fine-tuning",
      """
      Teaches a model to answer as demonstrations do: the likelihood of their completions. Usually the
      first step, before preferences.

        policy = Model("nano")
        demos = Dataset([{prompt: "Once", completion: " upon a time."}])
        sft = SFT(policy, learning_rate: 1e-4, batch_size: 1)
        sft.run(demos, steps: 2);
        sft.log["loss"].len                     #> 2
        sft.run(demos, steps: 9, eval: demos, until: fn(log) => log.len == 3);
        sft.log["eval_loss"].len                #> 1

      Only completion tokens are trained on, and the end token is appended, so that the model learns
      to stop. Watch loss and mean_token_accuracy: a loss near 0 means the data are known by heart;
      fewer epochs or more data help.

      By hand it is loss, backward, step:

        optimizer = AdamW(policy, learning_rate: 1e-4)
        loss = sft.loss(demos)
        loss.backward()
        optimizer.step();
        optimizer.zero()

      ?SFT lists the settings, ?SFT.run what goes on beside the steps: evaluation, samples, the
      condition to stop on, saves, log files. :help data, :help dpo.
      """),
    HelpTopic(
      "reward", "Reward models and reward functions",
      """
      A reward gives an answer a number. It may be a function, a model fitted to preferences, or a
      weighted list of both.

        policy = Model("nano")
        rows = [{prompt: "Once", chosen: " upon a time", rejected: " a a a"}]
        rm = RewardModel(policy)
        rm.fit(rows, epochs: 2, learning_rate: 1e-3);
        rm.score("Once", " upon a time");
        rm.accuracy(rows);
        short = fn(prompt, response) => -0.01 * response.len
        ppo = PPO(policy, reward: [[rm, 1.0], [short, 1.0]])

      accuracy is the share of comparisons ordered as people did, with its 95 % interval: with few
      comparisons the interval says how little is known. Judge it on comparisons that were not
      fitted: train, held = prefs.split(0.9). People agree with one another on about 0.7 of pairs.

      rm.normalize(policy, prompts) brings scores to mean 0 and deviation 1 before PPO, Ensemble makes
      several models one, rm.probes(rows) shows what scores go by. rm.warmup(demos) learns before
      anybody has judged; RewardModel.features() is a small model that one can read.

      A reward is only a proxy. Keep a second measure aside, watch the length of answers and the KL,
      and read answers: a policy finds what a reward forgot to forbid.

      ?RewardModel lists the settings; :help preferences, :help ppo.
      """),
    HelpTopic(
      "process", "Process rewards and the best of n answers",
      """
      A process reward model judges each step of an answer, where a RewardModel judges the whole. It
      learns from rows {prompt, completions, labels}: the steps, and whether each is right.

        policy = Model("nano")
        steps = ["1, 2", "so 3"]
        rows = [{prompt: "1 + 1", completions: steps, labels: [true, false]}]
        prm = PRM(policy, learning_rate: 1e-3)
        prm.run(rows, steps: 4);
        judged = prm.score("1 + 1", steps)
        judged.len                                #> 2
        judged.min; judged.product; judged.last;
        prm.accuracy(rows);

      best_of draws n answers to each prompt and keeps the best: by a RewardModel or a function, by a
      PRM, or by vote, which asks what most answers say.

        fn short(prompt, response) => -response.len
        best = best_of(policy, short, ["Once", "One day"], n: 4, max_tokens: 12)
        best.scores.len                           #> 2
        best_of(policy, prm, "Once", n: 2, aggregate: "product", max_tokens: 12);
        fn number(text) => text.find("7") ?? -1
        best_of(policy, "vote", "Once", n: 4, answer: number, max_tokens: 12);

      Choosing moves the policy by at most best.kl_bound = log n - (n - 1)/n nats, and best.curve() says
      what fewer answers would have given: a line to hold PPO against at the same KL.

      rejection_sample gives the chosen answers as a Dataset, to learn from:

        data = rejection_sample(policy, short, ["Once"], n: 4, max_tokens: 12)
        SFT(policy).run(data, steps: 1);

      ?PRM, ?best_of and ?rejection_sample list the settings; :help reward, :help sft.
      """),
    HelpTopic(
      "ppo", "Proximal policy optimisation",
      """
      Raises the reward of a model's own answers, while a KL term holds it near a reference, a frozen
      copy of the model as it was. One step is four calls, and each leaves its numbers in the batch:

        policy = Model("nano")
        fn reward(prompt, response) => response.count("a")
        ppo = PPO(policy, reward: reward, kl_coef: 0.1, max_tokens: 12)
        batch = ppo.rollout(["Once", "One day"])  # answers, their numbers
        ppo.score(batch);                         # what the reward says of each
        ppo.advantages(batch);                    # KL term, advantages, returns
        ppo.update(batch);                        # clipped losses, Adam
        batch[0];                                 # one row a token
        ppo.step(["Once"]);                       # all four
        ppo.run(["Once", "One day"], steps: 2);   # in seeded passes
        ppo.log["objective/kl"].len               #> 4

      Look at objective/kl (0 to 10 nats, rising slowly), ppo/mean_scores (rising),
      ppo/policy/approxkl (below 0.02), ppo/val/var_explained (towards 1) and
      tokens/responses_len_mean. plot(ppo.log, "objective/kl") draws one, ?objective/kl says more.

      KL too high: raise kl_coef or lower target. Nothing moves: raise learning_rate, or look whether
      ppo/std_scores is 0. Ratio far from 1: fewer ppo_epochs.

      ?PPO has the formulas and settings; docs/ppo-details.md what each was compared with;
      PPO.differences("rlx", "nplus") what a profile changes; ppo.check(prompts) tests invariants.
      """),
    HelpTopic(
      "dpo", "Direct preference optimisation",
      """
      Trains the policy on preferences directly, without a reward model or sampling: the chosen answer
      is to become likelier against the reference than the rejected one.

        policy = Model("nano")
        pair = {prompt: "Once", chosen: " upon a time", rejected: " a a a"}
        prefs = Preferences([pair])
        dpo = DPO(policy, beta: 0.1, learning_rate: 1e-5)
        dpo.loss(prefs).item();                 # ln 2 before the first step
        dpo.run(prefs, steps: 2);
        dpo.log["rewards/margins"].len          #> 2

      Watch rewards/margins and rewards/accuracies rise. That logps/chosen falls a little is common;
      if it falls steeply, raise beta or lower the learning rate.

      The loss by hand, from the formula, with gradients:

        reference = policy.copy().freeze()
        fn logp(model, text) => model.logprobs("Once", text).sum()
        fn gain(text) => logp(policy, text) - logp(reference, text)
        loss = -((gain(pair.chosen) - gain(pair.rejected)) * 0.1).sigmoid().log()
        loss.backward()

      ?DPO has the formula and settings; :help preferences, :help sft.
      """),
    HelpTopic(
      "metrics", "What trainers measure",
      """
      trainer.log has one entry a step. log["loss"] is a list with one value a step, log[-1] the last
      step as a map; other systems' names (kl, policy_loss, lr) are understood.

        fn reward(prompt, response) => response.len
        ppo = PPO(Model("nano"), reward: reward, max_tokens: 8)
        ppo.run(["Once", "One day"], steps: 2);
        ppo.log["objective/kl"].len             #> 2
        ppo.log["kl"] == ppo.log["objective/kl"]   #> true
        explain(ppo, "objective/kl");
        plot(ppo.log, "objective/kl", "ppo/mean_scores");

      explain gives a metric's formula, its numbers in the last step, what is healthy and what is
      mostly wrong where it is not; explain(ppo) says which object is agent, state, action, reward.
      The first to look at:

          SFT          loss, mean_token_accuracy, grad_norm
          RewardModel  accuracy, margin
          PPO          objective/kl, ppo/mean_scores, ppo/policy/approxkl, ppo/val/var_explained
          DPO          rewards/margins, rewards/accuracies, logps/chosen
      """),
    HelpTopic(
      "evaluation", "How good a model is, and how sure that is",
      """
      Numbers over rows come with a 95 % bootstrap interval: what they would be had the rows been
      others of their kind. The draws are the session's: seed settles them.

        policy = Model("nano")
        before = policy.copy()
        rows = ["Once upon a time", "One day"]
        policy.perplexity(rows, interval: true).rows              #> 2
        fn longer(prompt, response) => response.len
        a = policy.generate(rows, temperature: 0, max_tokens: 4)
        b = before.generate(rows, temperature: 0, max_tokens: 4)
        win_rate(a, b, longer).value                              #> 0.5
        sums = [{question: "2 + 3?", answer: "#### 5"}]
        exact_match(policy, sums, max_tokens: 4).rows             #> 1
        measures(policy.generate(rows, n: 2, max_tokens: 6));
        bootstrap([1, 0, 1, 1]).value                             #> 0.75

      A reward model's accuracy on pairs is rm.accuracy(prefs). Whether a result holds for other seeds
      says repeat(1..=5, fn(s) => ...). docs/evaluation.md tells how each is counted.
      """),
  ]
}
