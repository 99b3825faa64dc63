extension HelpTopic {
  static let language = [
    HelpTopic(
      "language", "The language in one page",
      #"""
      A line that is a value shows it; an assignment shows nothing, nor does a line that ends in ;
      Values are nil, true, 1, 0.5, "text", lists, maps, ranges, functions and objects.

        2 + 3 * 4                               #> 14
        xs = [3, 1, 2]
        xs.sort().map(fn(x) => x * x)           #> [1, 4, 9]
        row = {prompt: "Once", n: 2}
        row.prompt                              #> "Once"
        fn double(x, times = 2) => x * times
        double(4, times: 3)                     #> 12
        for x in xs { if x > 2 { print("big", x) } }   #> big 3
        if xs.len > 2 then "many" else "few"    #> "many"
        try xs[9] else "outside"                #> "outside"

      Lists, maps, strings and tensors are copied by assignment; models, trainers, datasets and
      preferences are objects, which two names may share.

        ys = xs
        ys[0] = 100
        xs                                      #> [3, 1, 2]

      Positional arguments come first; every argument may be named. `x |> f` is f(x). A newline ends
      a statement where one can end. Comments begin with #.

      See also :help functions, strings, ranges, tensors, errors; ?|> ?for ?fn
      """#),
    HelpTopic(
      "strings", "Strings",
      #"""
      Text in "double" or 'single' quotes: a sequence of Unicode scalars. \(…) puts a value in, with
      a format behind a comma. r"…" takes a backslash as it is; three quotes take several lines.

        name = "Lily"
        "\(name) has \(2 / 3, ".2f") of a cake"  #> "Lily has 0.67 of a cake"
        "tea" + "pot"                           #> "teapot"
        "pot" in "teapot"                       #> true
        "one two two".count("two")              #> 2
        "a,b,c".split(",")                      #> ["a", "b", "c"]
        " Once ".strip().upper()                #> "ONCE"
        "Once upon"[0..4]                       #> "Once"
        "Once upon a time".words().len          #> 4
        ["a", "b"].join(" and ")                #> "a and b"
        r"\d+\n".len                            #> 5
        str(1.5) + json({a: 1})                 #> "1.5{\"a\": 1}"

      Escapes: \n \r \t \0 \" \' \\ \u{e9} \( and no other. ?string lists the methods.
      """#),
    HelpTopic(
      "ranges", "Ranges and indices",
      """
      a..b leaves b out, a..=b takes it. In [ ] an end may be left open, and negative numbers count
      from the end. Slices are clipped; an index outside is an error.

        (0..5).list()                           #> [0, 1, 2, 3, 4]
        (1..=3).sum()                           #> 6
        xs = [10, 20, 30, 40]
        xs[1..3]                                #> [20, 30]
        xs[-1]                                  #> 40
        xs[..-1]                                #> [10, 20, 30]
        xs[2..99]                               #> [30, 40]
        range(10, 0, -3)                        #> [10, 7, 4, 1]
        for i, x in enumerate(xs[2..]) { print(i, x) }
        #> 0 30
        #> 1 40
        tensor([[1, 2], [3, 4]])[.., 0].list()  #> [1.0, 3.0]
      """),
    HelpTopic(
      "functions", "Functions",
      #"""
      A function has a value behind => or a block, from which it returns. Defaults are evaluated at
      each call. `##` lines above it are its documentation: ?shout shows them.

        ## Louder, with a mark behind it.
        fn shout(text, mark = "!") {
          if text.len == 0 { return "" }
          return text.upper() + mark
        }
        shout("hi", mark: "?")                  #> "HI?"
        ["a", "b"].map(shout)                   #> ["A!", "B!"]
        add = fn(a, b) => a + b
        [1, 2, 3].fold(0, add)                  #> 6
        shout.doc                               #> "Louder, with a mark behind it."

      A function reads names from outside as they are when it runs, and assigns only its own. It can
      call itself, 1,000 calls deep. A reward is a function of prompt and response:

        reward = fn(prompt, response) => response.count("a") - 0.1 * response.len
        reward("Once", " a day")                #> 1.4
      """#),
    HelpTopic(
      "tensors", "Tensors and gradients",
      """
      Float32 numbers in a grid. Operators work element by element and broadcast; @ is the product
      of matrices. == is one bool, .eq compares elements.

        t = tensor([[1, 2], [3, 4]])
        t.shape                                 #> [2, 2]
        (t @ t).list()                          #> [[7.0, 10.0], [15.0, 22.0]]
        t.sum(axis: 0).list()                   #> [4.0, 6.0]
        t.mean().item()                         #> 2.5

      With grad: true a tensor keeps what is computed from it, and backward() brings gradients. So a
      loss can be written by hand from its formula:

        x = tensor([1.0, 2.0], grad: true)
        (x * x).sum().backward()
        x.grad.list()                           #> [2.0, 4.0]

      Log-probabilities of a model have gradients too, and AdamW takes the step:

        policy = Model("nano")
        optimizer = AdamW(policy, learning_rate: 1e-4)
        loss = -(policy.logprobs("Once", " upon a time").sum())
        loss.backward()
        optimizer.step();

      ?tensor lists the operations; examples/tour.rlx writes DPO's loss this way.
      """),
    HelpTopic(
      "errors", "Errors",
      #"""
      An error says where, what was given, what was wanted and what to try. It ends a script, not the
      shell; what was done before stands.

        try [1, 2][5] else "outside"            #> "outside"
        try { fail "no tea" } catch e { print(e.kind, e.message) }   #> fail no tea
        try { {a: 1}.b } catch e { print(e.message) }   #> no key "b" in the map
        assert 1 + 1 == 2, "arithmetic"

      Kinds: syntax name type value index key arithmetic argument assertion fail missing file shape
      host, and limit stopped replay, which `try` does not catch. ?index says more of one.

      Exit codes: 0 done, 1 error in the program, 2 wrong usage, 3 a replay differs, 4 a limit was
      reached, 65 syntax error, 66 input missing, 130 interrupted.
      """#),
  ]
}
