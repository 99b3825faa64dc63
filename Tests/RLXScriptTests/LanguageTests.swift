import Foundation
import RLXScript
import RLXTestSupport
import Testing

@Suite struct LanguageTests {
  @Test(arguments: LanguageScript.all)
  func scriptsDoWhatTheySay(_ script: LanguageScript) {
    let complaints = onLargeStack {
      script.chunks.flatMap { ScriptRun($0, of: script).complaints }
    }
    for complaint in complaints { Issue.record("\(script.path): \(complaint)") }
  }

  @Test func thereAreScripts() {
    #expect(LanguageScript.all.count >= 40)
  }

  @Test(arguments: LanguageScript.all)
  func everyBeginningIsClassified(_ script: LanguageScript) {
    for chunk in script.chunks {
      var beginning = ""
      var isProgram = false
      if case .complete = classify(chunk.text) { isProgram = true }
      for scalar in chunk.text.unicodeScalars {
        let answer = classify(beginning)
        if isProgram, case .invalid(let diagnostic) = answer {
          Issue.record(
            "\(script.path): invalid: \(beginning.debugDescription): \(diagnostic.message)")
          break
        }
        beginning.unicodeScalars.append(scalar)
      }
    }
  }

  @Test func theTourIsComplete() throws {
    guard let file = Repository.shared("design/tour.rlx") else { return }
    let text = LanguageScript.read(file.path)
    guard case .complete = classify(text) else {
      Issue.record("the tour is not complete: \(classify(text))")
      return
    }
    var beginning = ""
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      beginning += line + "\n"
      if case .invalid(let diagnostic) = classify(beginning) {
        Issue.record("\(diagnostic.rendered())")
      }
    }
  }
}
