import RLXScript

extension ViewStyle {
  /// The room and abilities a host object is asked to show itself in.
  package init(_ style: DisplayStyle) {
    self.init(
      width: style.width, color: style.usesColor, plain: style.isPlain,
      unicode: style.usesUnicode, full: style.maximumItems == nil, hint: style.hint)
  }
}
