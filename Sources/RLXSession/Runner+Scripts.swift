import RLXData
import RLXScript

/// A script to check or to format.
package enum ScriptInput: Sendable {
  case file(String)
  case standardInput(String)
}

extension Session {
  /// `rlx check`: shows what is wrong with scripts, without running anything.
  package func check(_ inputs: [ScriptInput]) -> ExitCode {
    runner.check(inputs)
  }

  /// `rlx fmt`: gives scripts their standard form in place; standard input goes to the console.
  /// Where `isTrial`, names those that are not in it and changes nothing.
  package func format(_ inputs: [ScriptInput], isTrial: Bool) -> ExitCode {
    ExitCode.worst(inputs.map { runner.format($0, isTrial: isTrial) })
  }
}

extension Runner {
  func check(_ inputs: [ScriptInput]) -> ExitCode {
    let check = ProgramCheck(registry: interpreter.registry) { [core] path, source in
      try core.usedSource(path, by: source)
    }
    let codes = inputs.flatMap { input in
      let errors =
        switch source(of: input) {
        case .failure(let diagnostic): [diagnostic]
        case .success(let source):
          SessionFile.isSession(source.text)
            ? errors(inSession: source, check) : check.errors(in: source)
        }
      return errors.map(showing)
    }
    return ExitCode.worst(codes)
  }

  /// The errors of a session file, without those it records: a statement may be there because of
  /// how it failed.
  private func errors(inSession source: Source, _ check: ProgramCheck) -> [Diagnostic] {
    let errors = check.errors(in: source, mode: .prompt)
    guard case .program(let statements) = Parser.parse(source) else { return errors }
    do throws(Diagnostic) {
      let file = try SessionFile(source, statements: statements)
      let unrecorded = zip(file.statements, file.entries).filter { $1.failure == nil }.map(\.0.span)
      return errors.filter { error in
        guard let place = error.place, place.source === source else { return true }
        return unrecorded.contains { $0.start <= place.span.start && place.span.end <= $0.end }
      }
    } catch {
      return errors + [error]
    }
  }

  func format(_ input: ScriptInput, isTrial: Bool) -> ExitCode {
    switch source(of: input) {
    case .failure(let diagnostic): return showing(diagnostic)
    case .success(let source):
      do throws(Diagnostic) {
        return try keep(try standardForm(of: source), of: source, input, isTrial: isTrial)
      } catch {
        return showing(error)
      }
    }
  }

  /// A session file is not formatted: its digests are over the text as it stands.
  private func standardForm(of source: Source) throws(Diagnostic) -> String {
    guard !SessionFile.isSession(source.text) else {
      throw Diagnostic(
        .value, "\(source.name): is a session file, whose digests are over its text as it stands",
        remedy: "format the script it was made from")
    }
    let text = try formatted(source)
    guard !SessionFile.isSession(text) else {
      throw Diagnostic(
        .value, "\(source.name): its first lines would say that it is a session file",
        remedy: "write `# ` before the comment that begins with #% session")
    }
    return text
  }

  private func keep(
    _ text: String, of source: Source, _ input: ScriptInput, isTrial: Bool
  ) throws(Diagnostic) -> ExitCode {
    // Bytes: two spellings of é are different texts.
    let isChanged = !text.utf8.elementsEqual(source.bytes)
    if isTrial {
      if isChanged { core.console.write(source.name + "\n") }
      return isChanged ? .programError : .done
    }
    switch input {
    case .standardInput: core.console.write(text)
    case .file(let path):
      guard isChanged else { break }
      do throws(DataError) {
        try writeAtomically(text, to: path)
      } catch {
        throw Diagnostic(.file, "fmt: \(path): \(error.found)", remedy: error.remedy)
      }
    }
    return .done
  }

  private func source(of input: ScriptInput) -> Result<Source, Diagnostic> {
    switch input {
    case .standardInput(let text): .success(Source(text, name: "<stdin>"))
    case .file(let path):
      readText(path).map { Source($0, name: path, path: identity(of: path)) }
    }
  }

  /// Shows an error and says what it means for the exit code.
  private func showing(_ diagnostic: Diagnostic) -> ExitCode {
    show(diagnostic)
    return ExitCode(diagnostic.kind)
  }
}

extension ExitCode {
  /// The code for several scripts: a file that is not there weighs more than one that cannot be
  /// read as a program, and that more than one with other errors.
  static func worst(_ codes: [ExitCode]) -> ExitCode {
    [.inputMissing, .syntaxError, .limitReached].first(where: codes.contains)
      ?? codes.first { $0 != .done } ?? .done
  }
}
