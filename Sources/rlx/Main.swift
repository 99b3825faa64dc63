import Foundation

@main
enum Main {
  static func main() async {
    TeamSettings.apply()
    let status = await Program().run(Array(CommandLine.arguments.dropFirst()))
    exit(status)
  }
}
