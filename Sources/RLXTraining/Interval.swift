import Glibc

/// A mean over independent runs with its 95 % interval by Student's t:
/// mean ± t(0.975, n − 1) · s / √n, where s is the unbiased deviation (Student 1908).
package struct MeanInterval: Equatable, Sendable {
  package let mean: Double
  /// Half of the interval's width; nil of fewer than two runs, which say nothing of their spread.
  package let halfWidth: Double?

  package init(_ values: [Double]) {
    mean = RLXTraining.mean(values)
    halfWidth =
      values.count < 2
      ? nil
      : studentQuantile(freedom: values.count - 1) * standardDeviation(values)
        / Double(values.count).squareRoot()
  }

  package var low: Double? { halfWidth.map { mean - $0 } }
  package var high: Double? { halfWidth.map { mean + $0 } }
}

/// The t that |T| stays below with probability 0.95, T of Student's distribution with ν degrees of
/// freedom: 12.706 for 1, 1.960 in the limit.
package func studentQuantile(freedom: Int) -> Double {
  precondition(freedom >= 1, "Student's t wants at least one degree of freedom, got \(freedom)")
  // tan of the angle: the probability rises with it from 0 to 1.
  var (low, high) = (0.0, Double.pi / 2)
  for _ in 0..<60 {
    let middle = (low + high) / 2
    if studentProbability(angle: middle, freedom: freedom) < 0.95 {
      low = middle
    } else {
      high = middle
    }
  }
  return tan((low + high) / 2) * Double(freedom).squareRoot()
}

/// P(|T| ≤ √ν · tan θ): Abramowitz and Stegun 1964, 26.7.3 and 26.7.4.
private func studentProbability(angle: Double, freedom: Int) -> Double {
  let (sine, cosine) = (sin(angle), cos(angle))
  let isOdd = freedom % 2 == 1
  if freedom == 1 { return 2 * angle / .pi }
  var term = isOdd ? cosine : 1
  var sum = term
  for k in stride(from: isOdd ? 2 : 1, through: freedom - 3, by: 2) {
    term *= Double(k) / Double(k + 1) * cosine * cosine
    sum += term
  }
  return isOdd ? 2 / .pi * (angle + sine * sum) : sine * sum
}
