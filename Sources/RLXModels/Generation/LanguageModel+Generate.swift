import RLXTensor

extension LanguageModel {
  /// `n` answers to each prompt, prompt by prompt.
  ///
  /// Prompts may have any lengths; each is read once, whatever `n` is, and an answer that has ended
  /// takes no further part. The token of answer r at position t is drawn with
  /// `draw.uniform(row: firstRow + r, position: t)`, so that an answer depends neither on the other
  /// prompts nor on when they end. An answer ends at an end token, at a text of `stop`, after
  /// `maxTokens` (or `limits[p]`, at most maxTokens, for prompt p), or when it fills the model's context.
  ///
  /// Answers whose cache together would pass `cacheBytes`, or that are more than `rowsAtOnce`, are
  /// drawn in groups, one after the other, which changes nothing else: memory stays bounded, and so
  /// does the time between two calls of `onToken`.
  ///
  /// `onToken` is called after each position of a group and may throw, which ends the generation.
  /// Errors: a setting out of range, a prompt that is empty, longer than the context or not of this
  /// vocabulary, logits that are not finite.
  package func generate(
    _ prompts: [[Int32]], _ settings: GenerationSettings, limits: [Int]? = nil, draw: Draw,
    firstRow: Int = 0, cacheBytes: Int = 1 << 30, rowsAtOnce: Int = 256,
    onToken: (GenerationProgress) throws -> Void = { _ in }
  ) throws -> [Completion] {
    try settings.validate()
    for prompt in prompts { try check(prompt, "the prompt") }
    let shares = shares(prompts, settings, cacheBytes: cacheBytes, rowsAtOnce: rowsAtOnce)
    let groups = shares.map { share in
      var settings = settings
      settings.n = share.n
      return Generation(
        self, Array(prompts[share.prompts]), settings,
        limits: limits.map { Array($0[share.prompts]) },
        draw: draw,
        firstRow: firstRow + share.firstRow)
    }
    let total = groups.reduce(0) { $0 + $1.positions }
    let rows = prompts.count * settings.n
    var done = 0
    var open = rows
    var completions: [Completion] = []
    completions.reserveCapacity(rows)
    for (group, share) in zip(groups, shares) {
      let others = open - group.rows
      try group.run { stillOpen in
        done += 1
        open = others + stillOpen
        try onToken(GenerationProgress(done: done, total: total, open: open, rows: rows))
      }
      open = others
      for var completion in group.completions {
        completion.promptIndex += share.prompts.lowerBound
        completion.row = completions.count
        completions.append(completion)
      }
    }
    return completions
  }

  /// What is drawn together: `n` answers to each of some prompts.
  private struct Share {
    var prompts: Range<Int>
    var n: Int
    var firstRow: Int
  }

  /// The answers cut into groups, in order: whole prompts while they fit, and the answers of one
  /// prompt in pieces where they do not.
  private func shares(
    _ prompts: [[Int32]], _ settings: GenerationSettings, cacheBytes: Int, rowsAtOnce: Int
  ) -> [Share] {
    let perToken = 2 * config.layers * config.kvWidth * MemoryLayout<Float>.size
    func rows(ofLength length: Int) -> Int {
      let fitting = Double(cacheBytes) / Double(max(1, length * perToken))
      return max(1, min(rowsAtOnce, Int(fitting)))
    }
    let n = settings.n
    var shares: [Share] = []
    var start = 0
    var longest = 0
    func close(at end: Int) {
      guard start < end else { return }
      shares.append(Share(prompts: start..<end, n: n, firstRow: start * n))
      start = end
      longest = 0
    }
    for (index, prompt) in prompts.enumerated() {
      let length = prompt.count + min(settings.maxTokens, config.context - prompt.count)
      if (index + 1 - start) * n > rows(ofLength: max(longest, length)) { close(at: index) }
      let most = rows(ofLength: length)
      guard n > most else {
        longest = max(longest, length)
        continue
      }
      for first in stride(from: 0, to: n, by: most) {
        shares.append(
          Share(
            prompts: index..<index + 1, n: min(most, n - first), firstRow: index * n + first))
      }
      start = index + 1
    }
    close(at: prompts.count)
    return shares
  }
}
