extension HelpTopic {
  static let session = [
    HelpTopic(
      "sessions", "A session is a script",
      """
      Everything typed is kept, as it happens, in a file that runs. :save mine.rlx writes it out, with
      a digest of every value, name and changed object behind each statement.

          rlx mine.rlx             runs it again
          rlx replay mine.rlx      runs it and compares: the first difference ends it, exit code 3
          rlx --record s.rlx FILE  makes a session file from a script
          :load mine.rlx           runs it here
          :load --recover          runs again what a shell that died had done

      A statement that fails keeps the effects it had, and is recorded with its error. Ctrl-C stops a
      statement at a counted point; a replay stops it at the same one. :vars lists the names,
      :history what was typed. The words behind a script's name are in args.

        args                                    #> []

      See also :help replay, randomness, files.
      """),
    HelpTopic(
      "replay", "Replay",
      """
      rlx replay FILE runs a session file and compares every statement with its record: values, output,
      weights, optimizer, rows and labels, to the bit. At the first difference it ends with exit code 3
      and shows statement, before and after.

          an input changed      the recorded hash is not that of the file
          a label's question    the candidates shown are not those that came now
          an edited statement   its digest is another

      Nothing is asked again: labels are part of the file, bound to what was shown. Nothing is written
      outside a scratch folder. Inputs are looked for in the working directory, beside the file, then
      under --root. The bits are the same with any number of threads on the same kind of machine. For
      others, record with --portable: replay --rtol 1e-3 then lets floats differ by a thousandth of them,
      tensors as a whole, and holds all else (texts, tokens, counts, labels) to be the same.
      """),
    HelpTopic(
      "undo", "Undo, redo, snapshots",
      """
      At the prompt :undo takes back the last statement and :undo 3 the last three; :redo does them
      again while nothing new was typed. Names, weights, optimizers, controllers, logs, the place in
      the data, preferences and draws are as they were. Files that were written stay, and are named.

          :undo                    the last statement
          :undo 3                  the last three
          :redo                    what was undone last
          :set undo_memory 500MB   what states may take in memory; older ones go to disk

      In scripts snapshot() keeps all of it and restore() puts it back, as often as you like:

        x = tensor([1.0, 2.0])
        before = snapshot()
        x[0] = 9
        restore(before)
        x.list()                                #> [1.0, 2.0]

      A session with undone statements replays without them, to the same digests.
      """),
    HelpTopic(
      "randomness", "Randomness and seeds",
      """
      Each call that draws takes the next number since the seed was last said; calls that draw nothing
      take none. So showing something more shifts nothing, and the same lines give the same draws.

        seed(7)
        a = randn([2]).list()
        seed(7)
        a == randn([2]).list()                  #> true

      A trainer takes a number and the seed when it is made and counts its own draws from then on:
      run(4) and then run(6) is run(10). A draw does not depend on batch splits or threads. Without
      seed the session's seed is 0, or --seed N. The clock is never read.
      """),
    HelpTopic(
      "files", "Files",
      """
      Paths are relative to the working directory. What a session reads is recorded with its hash;
      what it writes is written whole or not at all.

        write("notes.txt", "one\\ntwo\\n")
        read("notes.txt").lines()               #> ["one", "two"]
        Dataset([{prompt: "Once"}]).save("rows.jsonl")
        Dataset("rows.jsonl").len               #> 1
        Model("nano").save("my-model")
        policy = Model("my-model")
        prefs = Preferences("labels.db")
        use "other.rlx" as other
        other.twice(21)                         #> 42

      use runs another file once, at the top level only, relative to the file that says it, and takes
      its names over, or puts them behind a name.
      """),
    HelpTopic(
      "display", "How values are shown",
      """
      A line that is a value shows it, fitted to the terminal's width; a ; at its end keeps it quiet.
      Every object shows itself, explain(x) says what it is now, and json(x) or x.plain() give it as
      data.

        table([{name: "a", score: 1}, {name: "b", score: 2.5}]);
        plot([3, 2, 1.5, 1.2], title: "loss", height: 5);
        explain(tensor([[1, 2], [3, 4]]));
        json({a: [1, 2]})                       #> "{\\"a\\": [1, 2]}"
        print("loss", 0.5)                      #> loss 0.5

      Values go to standard output, errors, warnings and progress to standard error. --color WHEN and
      NO_COLOR rule colour, --plain does without boxes, cursor movement and signs outside ASCII,
      --quiet shows only what is printed.
      """),
    HelpTopic(
      "limits", "Limits",
      """
      Running out of something is an error of kind limit, exit code 4, never a crash; `try` does not
      catch it. Limits count calls and sizes, never time, so they are the same on every machine.

          calls     1,000 inside one another
          nesting   64 brackets, blocks or expressions
          points    10^9 calls and loop turns in a file; --max-steps N allows more; none at the prompt
          uses      64 files inside one another

      Ctrl-C stops a statement at its next counted point (a call, loop turn, pass through a model,
      optimizer step or token); work begun since is dropped at once and objects stay whole. Models are held in float32 in memory; a call
      that would not fit is an error before it starts.
      """),
  ]
}
