import RLXScript
import RLXTraining

/// A calibration curve: a table of bins with what they say in one number, and two series to plot.
package final class CalibrationObject: Unchanging, SeriesSource {
  package static let typeName = "Calibration"

  package let calibration: Calibration
  package let identity = ObjectIdentity()

  package init(_ calibration: Calibration) { self.calibration = calibration }

  package var typeName: String { Self.typeName }
  package var isData: Bool { true }
  package var count: Int? { calibration.bins.count }

  package func isEqual(to other: any HostObject) -> Bool {
    (other as? CalibrationObject)?.calibration == calibration
  }

  /// The curve and what it would be if scores meant what they say; empty bins are gaps.
  package var seriesNames: [String] { ["accuracy", "confidence"] }

  package func series(_ name: String) -> [Double]? {
    let bins = calibration.bins
    return switch name {
    case "accuracy": bins.map { $0.count > 0 ? $0.accuracy : .nan }
    case "confidence": bins.map { $0.count > 0 ? $0.confidence : .nan }
    default: nil
    }
  }

  var rows: [Value] {
    calibration.bins.map { bin in
      let some = bin.count > 0
      return .map([
        ("from", .float(bin.low)), ("to", .float(bin.high)), ("pairs", .int(bin.count)),
        ("confidence", some ? .float(bin.confidence) : .nil),
        ("accuracy", some ? .float(bin.accuracy) : .nil),
      ])
    }
  }

  package func display(_ style: DisplayStyle) -> String {
    let view = ViewStyle(style)
    let facts = [
      "Calibration", NumberText.count(calibration.count, "pair"),
      "expected error \(NumberText.fixed(calibration.error, digits: 3))",
      "Brier \(NumberText.fixed(calibration.brier, digits: 3))",
      "loss \(NumberText.fixed(calibration.loss, digits: 3))",
    ]
    let table = TableView(
      title: facts.joined(separator: view.separator),
      columns: ["probability", "pairs", "said", "was so"],
      rows: calibration.bins.map { bin in
        func figure(_ value: Double) -> TableView.Cell {
          bin.count > 0 ? .figure(NumberText.fixed(value, digits: 3)) : .missing
        }
        return [
          .text(
            "\(NumberText.fixed(bin.low, digits: 2)) to \(NumberText.fixed(bin.high, digits: 2))"),
          .integer(bin.count), figure(bin.confidence), figure(bin.accuracy),
        ]
      })
    return table.text(view)
  }

  package func plain() throws -> Value? {
    .map([
      ("pairs", .int(calibration.count)), ("error", .float(calibration.error)),
      ("brier", .float(calibration.brier)), ("loss", .float(calibration.loss)),
      ("bins", .list(rows)),
    ])
  }

  package func absorb(into digest: inout DigestBuilder) {
    digest.count(calibration.count)
    for number in [calibration.error, calibration.brier, calibration.loss] { digest.number(number) }
    for bin in calibration.bins {
      digest.count(bin.count)
      digest.number(bin.confidence)
      digest.number(bin.accuracy)
    }
  }
}
