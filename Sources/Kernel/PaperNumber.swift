/// 票号、工号: the number of an invoice, of a bill or of a member of staff, as one number however it is written.
public enum PaperNumber {
    /// In capitals and half width, without blanks: `ａb 12` is `AB12`.
    public static func normalised(_ text: String) -> String {
        var number = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where !scalar.properties.isWhitespace {
            // Full-width forms stand 0xFEE0 above the ASCII they are of.
            number.append((0xFF01...0xFF5E).contains(scalar.value) ? UnicodeScalar(scalar.value - 0xFEE0) ?? scalar : scalar)
        }
        return String(number).uppercased()
    }
}
