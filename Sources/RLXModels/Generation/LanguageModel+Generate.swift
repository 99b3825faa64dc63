import RLXTensor

extension LanguageModel {
  /// `n` answers to each prompt, prompt by prompt.
  ///
  /// Prompts may have any lengths; each is read once, whatever `n` is, and an answer that has ended
  /// takes no further part. The token of answer r at position t is drawn with
  /// `draw.uniform(row: firstRow + r, position: t)`, so that an answer depends neither on the other
  /// prompts nor on when they end. An answer ends at an end token, at a text of `stop`, after
  /// `maxTokens`, or when it fills the model's context.
  ///
  /// Prompts whose cache together would pass `cacheBytes` are answered in groups, one after the
  /// other, which changes nothing else.
  ///
  /// `onToken` is called after each position of a group and may throw, which ends the generation.
  /// Errors: a setting out of range, a prompt that is empty, longer than the context or not of this
  /// vocabulary, logits that are not finite.
  package func generate(
    _ prompts: [[Int32]], _ settings: GenerationSettings, draw: Draw, firstRow: Int = 0,
    cacheBytes: Int = 1 << 30, onToken: (GenerationProgress) throws -> Void = { _ in }
  ) throws -> [Completion] {
    try settings.validate()
    for prompt in prompts { try check(prompt, "the prompt") }
    let groups = groups(prompts, settings, cacheBytes: cacheBytes).map { range in
      Generation(
        self, Array(prompts[range]), settings, draw: draw,
        firstRow: firstRow + range.lowerBound * settings.n)
    }
    let total = groups.reduce(0) { $0 + $1.positions }
    let rows = prompts.count * settings.n
    var done = 0
    var open = rows
    var completions: [Completion] = []
    completions.reserveCapacity(rows)
    for group in groups {
      let others = open - group.rows
      try group.run { stillOpen in
        done += 1
        open = others + stillOpen
        try onToken(GenerationProgress(done: done, total: total, open: open, rows: rows))
      }
      open = others
      let prompt = completions.count / settings.n
      for var completion in group.completions {
        completion.promptIndex += prompt
        completion.row = completions.count
        completions.append(completion)
      }
    }
    return completions
  }

  /// Ranges of prompts whose answers fit a cache of `cacheBytes`, at least one prompt in each.
  private func groups(
    _ prompts: [[Int32]], _ settings: GenerationSettings, cacheBytes: Int
  ) -> [Range<Int>] {
    let perToken = 2 * config.layers * config.kvWidth * MemoryLayout<Float>.size
    var ranges: [Range<Int>] = []
    var start = 0
    var longest = 0
    for (index, prompt) in prompts.enumerated() {
      let length = prompt.count + min(settings.maxTokens, config.context - prompt.count)
      let rows = (index + 1 - start) * settings.n
      if index > start, Double(rows) * Double(max(longest, length) * perToken) > Double(cacheBytes)
      {
        ranges.append(start..<index)
        start = index
        longest = 0
      }
      longest = max(longest, length)
    }
    return start < prompts.count ? ranges + [start..<prompts.count] : ranges
  }
}
