extension HelpTopic {
  static let overview = HelpTopic(
    "overview", "rlx: load a model, let it answer, say which answer is better, train, look.",
    """
    Type a line and see its value; what you type is kept as a script that runs again. To begin:

      policy = Model("nano")
      policy.generate("Once upon a time", n: 2, max_tokens: 12)

    Ask
        ?PPO  ?policy.generate  ?PPO.kl_coef  ?objective/kl  ?|>  ?for
                          a function, type, setting, metric, operator or word
        :help TOPIC       a page: one of those below
        :apropos WORD     what has to do with a word; :help names says where all is listed

    Topics
        the language      language strings ranges functions tensors errors
        models and data   models nano dtypes lora generation chat data preferences
        training          sft reward process ppo dpo metrics evaluation
        the session       sessions replay undo randomness files display limits commands

    Next, :help models and :help ppo; the whole of it in one script is examples/tour.rlx.
    """)
}
