/// How many terminal columns a line of text takes; a tab counts as one.
package func columnWidth(_ text: String) -> Int {
  if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return text.utf8.count }
  return text.reduce(0) { $0 + ($1 == "\t" ? 1 : columnWidth($1)) }
}

/// Columns of one grapheme: two for an emoji sequence, else what its scalars take together.
package func columnWidth(_ character: Character) -> Int {
  let scalars = character.unicodeScalars
  if scalars.count > 1, isEmojiSequence(scalars) { return 2 }
  return scalars.reduce(0) { $0 + columnWidth($1) }
}

/// Columns of one scalar by itself: 0 for control characters and marks that combine, 2 for wide East
/// Asian ones and emoji, else 1.
package func columnWidth(_ scalar: Unicode.Scalar) -> Int {
  if scalar.value < 0x300 { return scalar.value < 0x20 || isMiddleControl(scalar) ? 0 : 1 }
  switch scalar.properties.generalCategory {
  case .nonspacingMark, .enclosingMark, .format, .control: return 0
  case .lineSeparator, .paragraphSeparator: return 0
  default: break
  }
  if isConjoiningJamo(scalar) { return 0 }
  return isWide(scalar) ? 2 : 1
}

private func isMiddleControl(_ scalar: Unicode.Scalar) -> Bool {
  (0x7f..<0xa0).contains(scalar.value) || scalar.value == 0xad
}

/// Vowels and final consonants of Hangul, drawn into the block of the leading consonant.
private func isConjoiningJamo(_ scalar: Unicode.Scalar) -> Bool {
  (0x1160...0x11ff).contains(scalar.value) || (0xd7b0...0xd7ff).contains(scalar.value)
}

private func isEmojiSequence(_ scalars: Character.UnicodeScalarView) -> Bool {
  scalars.contains {
    $0.value == 0xfe0f || $0.properties.isEmojiModifier
      || (0x1f1e6...0x1f1ff).contains($0.value)
  } || (scalars.contains { $0.value == 0x200d } && scalars.contains(where: isWide))
}

private func isWide(_ scalar: Unicode.Scalar) -> Bool {
  if scalar.properties.isEmojiPresentation { return true }
  var low = 0
  var high = wideRanges.count
  while low < high {
    let middle = (low + high) / 2
    if scalar.value > wideRanges[middle].upperBound { low = middle + 1 } else { high = middle }
  }
  return low < wideRanges.count && wideRanges[low].contains(scalar.value)
}

/// East Asian Wide and Fullwidth by block (Unicode 16, UAX 11). Unassigned places inside a block
/// count as wide too; emoji are known by their own property.
private let wideRanges: [ClosedRange<UInt32>] = [
  0x1100...0x115f, 0x2329...0x232a, 0x2e80...0x303e, 0x3041...0xa4cf, 0xa960...0xa97f,
  0xac00...0xd7a3, 0xf900...0xfaff, 0xfe10...0xfe19, 0xfe30...0xfe6f, 0xff01...0xff60,
  0xffe0...0xffe6, 0x16fe0...0x16fff, 0x17000...0x18dff, 0x1aff0...0x1b2ff,
  0x1f200...0x1f2ff, 0x20000...0x3fffd,
]
