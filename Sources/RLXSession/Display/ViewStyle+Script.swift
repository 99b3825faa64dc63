import RLXScript

extension ViewStyle {
  /// How the script layer asks objects to show themselves, as a style of the views. Colour is left
  /// out: the text may be kept.
  package init(_ style: DisplayStyle) {
    self.init(
      width: style.width, color: false, plain: style.isPlain, unicode: !style.isPlain,
      full: style.maximumItems == nil)
  }
}
