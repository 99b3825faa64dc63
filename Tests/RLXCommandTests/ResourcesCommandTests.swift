import Foundation
import RLXTestSupport
import Testing

/// A program far from the folder it was built in.
@Suite struct ResourcesCommandTests {
  private let folder: ScratchFolder
  /// The program alone in a folder, as somebody might copy it.
  private let rlx: String

  init() throws {
    folder = try ScratchFolder()
    rlx = folder.file("rlx")
    // By a process of its own: a program that is open for writing here could not be run.
    _ = try Command.run([Command.rlx, rlx], executable: "/bin/cp")
  }

  @Test(arguments: [
    "Model(\"nano\")", "Dataset(\"nano/text\")", "Preferences(\"nano/prefs\")",
    "Tokenizer(\"nano\")",
  ])
  func withoutItsResourcesTheNamesAreMissing(script: String) throws {
    let run = try Command.run(["-c", script], executable: rlx)
    #expect(run.code == 66, "\(run.errors)")
    #expect(run.errors.contains("is not where rlx is"), "\(run.errors)")
    #expect(run.errors.contains("RLX_RESOURCES"), "\(run.errors)")
  }

  @Test func theEnvironmentSaysWhereTheyAre() throws {
    let run = try Command.run(
      [
        "-c",
        "use \"nano/gold.rlx\" as gold\ngold.topics_of(Dataset(\"nano/prompts\")[0].prompt)[0].len > 0",
      ],
      executable: rlx,
      environment: ["RLX_RESOURCES": Repository.root.appendingPathComponent("Resources").path])
    #expect(run.code == 0, "\(run.errors)")
    #expect(run.output == "true\n")
  }
}
