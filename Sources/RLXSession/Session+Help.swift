import RLXScript

/// What the prompt asks of help. Nothing of it is recorded.
extension Session {
  /// `?topic`: shows what is known of a function, a type, a member, a setting, a metric, a word of
  /// the language or a name of this session; the overview where nothing is asked.
  package func help(_ question: String, topicsFirst: Bool = false) -> CellResult {
    do {
      return show(PageObject(try desk.page(for: question, topicsFirst: topicsFirst)))
    } catch let fault as Fault {
      return runner.report(Diagnostic(fault.kind, fault.message, remedy: fault.remedy))
    } catch {
      return runner.report(error)
    }
  }

  /// `:apropos words`: what help knows that has to do with them, best first.
  package func apropos(_ question: String) -> CellResult {
    let text = Apropos(question, in: desk.book).text(question, ViewStyle(runner.core.output.style))
    runner.core.console.write(text + "\n")
    return .done
  }

  private var desk: HelpDesk {
    HelpDesk(runner.interpreter, commands: runner.core.commands)
  }

  private func show(_ page: PageObject) -> CellResult {
    runner.core.output.value(.host(page))
    return .done
  }
}
