import Foundation

@main
enum Main {
  static func main() async {
    let status = await Program().run(Array(CommandLine.arguments.dropFirst()))
    exit(status)
  }
}
