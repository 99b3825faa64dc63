import Foundation
import RLXScript
import RLXSession
import Testing

/// The grammar of nano's world and its gold scores, as a script sees them.
@Suite(.serialized) struct NanoWorldTests {
  private static let uses = """
    use "nano/world.rlx" as world
    use "nano/gold.rlx" as gold

    """

  private func shown(_ script: String) throws -> String {
    try ObjectBench().shown(Self.uses + script, width: 10_000)
  }

  private func strings(_ script: String) throws -> [String] {
    guard case .list(let list)? = try ObjectBench().run(Self.uses + script) else { return [] }
    return list.elements.map(\.printed)
  }

  @Test func storiesAreWholeAndWellFormed() throws {
    let stories = try strings("seed(11)\n(0..25).map(fn(i) => world.story())")
    #expect(Set(stories).count == 25)
    for story in stories {
      let words = story.split(separator: " ")
      #expect((60...138).contains(words.count), "\(story)")
      #expect(story.first?.isUppercase == true && ".!?\"".contains(story.last ?? " "), "\(story)")
      #expect(!story.contains("{") && !story.contains("}") && !story.contains("|"), "\(story)")
      #expect(!story.contains("  ") && !story.contains(" ,") && !story.contains(" ."), "\(story)")
      #expect(story.filter { $0 == "\"" }.count.isMultiple(of: 2), "\(story)")
      #expect(story.firstMatch(of: /\b[Aa] [aeio]/) == nil, "\(story)")
      #expect(story.firstMatch(of: /\b[Aa]n [^aeiouh]/) == nil, "\(story)")
      #expect(story.firstMatch(of: /[.!?] [a-z]/) == nil || story.contains("\""), "\(story)")
      let runs = (0..<words.count - 3).map {
        words[$0..<$0 + 4].joined(separator: " ").lowercased()
      }
      #expect(Double(Set(runs).count) >= 0.95 * Double(runs.count), "\(story)")
    }
  }

  @Test func theSameSeedTellsTheSameStory() throws {
    #expect(try shown("seed(3)\na = world.story()\nseed(3)\na == world.story()") == "true")
  }

  @Test func answersNameWhatWasAskedForUnlessTheyAreOffTheTopic() throws {
    let found = try shown(
      """
      seed(5)
      rows = (0..12).map(fn(i) {
        asked = world.wish()
        on = world.answer(asked, {happy: true, polite: true, on_topic: true, brief: true})
        off = world.answer(asked, {happy: true, polite: true, on_topic: false, brief: true})
        return [asked.topics.filter(fn(topic) => topic in on).len == asked.topics.len,
          asked.topics.find(fn(topic) => topic in off) == nil, on.starts(" ")]
      })
      rows.unique()
      """)
    #expect(found == "[[true, true, true]]")
  }

  /// What each formula gives by hand, as rlx writes it.
  static let worked: [(script: String, value: String)] = [
    ("gold.happy(\"\", \" They smiled and were very glad.\")", "2.5 / 3"),
    ("gold.happy(\"\", \" He cried.\")", "0.5 / 2"),
    ("gold.happy(\"\", \" The dog sat.\")", "0.5"),
    ("gold.polite(\"\", \" 'Please help,' he said. 'Thank you.'\")", "2.5 / 3"),
    ("gold.polite(\"\", \" 'Go away, slowpoke!' she said.\")", "0.5 / 3"),
    ("gold.on_topic(\"Tell me about a cat.\", \" The cat ran and the cat sat.\")", "1"),
    ("gold.on_topic(\"Tell me about a cat.\", \" The cat ran and the dog sat.\")", "0.5"),
    ("gold.on_topic(\"Tell me about a cat and a hat.\", \" A cat. It is a cat.\")", "0.5"),
    ("gold.on_topic(\"Tell me about a cat.\", \" The dog ran.\")", "0"),
    ("gold.on_topic(\"Once upon a time\", \" The dog ran.\")", "1"),
    ("gold.brief(\"\", \" Ten words are here and they are not quite enough.\")", "0"),
    ("gold.brief(\"\", words(60) + \".\")", "1"),
    ("gold.brief(\"\", words(60))", "0.5"),
    ("gold.brief(\"\", words(125) + \".\")", "0.5"),
    // 100 words, 97 runs of four, one of them new.
    ("gold.brief(\"\", (0..100).map(fn(i) => \"a\").join(\" \") + \".\")", "1 / 97"),
    ("gold.score(\"Tell me about a cat.\", \" The dog ran.\")", "0.3 * 0.5 + 0.2 * 0.5"),
    ("gold.score(\"\", \"\")", "0.3 * 0.5 + 0.2 * 0.5 + 0.3"),
  ]

  @Test(arguments: worked)
  func goldScoresAreWhatTheirFormulasSay(script: String, value: String) throws {
    let found = try shown(
      """
      fn words(n) => (0..n).map(fn(i) => str(i)).join(" ")
      abs((\(script)) - (\(value))) < 1e-12
      """)
    #expect(found == "true", "\(script)")
  }

  /// Each score tells the stories that were made with its quality from those made without.
  @Test(arguments: ["happy", "polite", "on_topic", "brief"])
  func goldSeesTheQualitiesOfTheGrammar(quality: String) throws {
    let found = try shown(
      """
      seed(9)
      fn mean(value) => (0..12).map(fn(i) {
        how = world.qualities()
        how["\(quality)"] = value
        r = world.request(how)
        return gold.scores(r.prompt, r.completion)["\(quality)"]
      }).mean()
      mean(true) - mean(false) > 0.3
      """)
    #expect(found == "true")
  }

  @Test func demonstrationsAndPromptsKeepOffWhatIsHeldBack() throws {
    let found = try shown(
      """
      use "nano/words.rlx"
      asked = gold.plain_words((Dataset("nano/prompts")["prompt"] + Dataset("nano/demos")["prompt"]).join(" "))
      read = gold.plain_words(Dataset("nano/text").take(1500)["text"].join(" "))
      [held_back.filter(fn(word) => word in asked), held_back.filter(fn(word) => word in read).len]
      """)
    #expect(found == "[[], 24]")
  }

  @Test func nothingHeldOutIsInTheText() throws {
    let found = try shown(
      """
      seen = Dataset("nano/text")["text"]
      Dataset("nano/heldout")["text"].filter(fn(text) => text in seen).len
      """)
    #expect(found == "0")
  }

  /// The comparisons follow the gold score, with noise, and the weakness that was given to them.
  @Test func preferencesFollowTheGoldScoreAndAWeakness() throws {
    let found = try shown(
      """
      all = Preferences("nano/prefs").list()
      pairs = all[0..150]
      agreed = pairs.filter(fn(p) => gold.score(p.prompt, p.chosen) > gold.score(p.prompt, p.rejected)).len / 150
      verys = all.map(fn(p) => p.chosen.count(" very ") - p.rejected.count(" very ")).mean()
      [agreed > 0.6, agreed < 0.9, verys > 0.05, all[0].by]
      """)
    #expect(found == "[true, true, true, \"simulated\"]")
  }
}
