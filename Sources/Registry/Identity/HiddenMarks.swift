/// Characters in a name or an address that nobody sees: control characters, separators of lines, and format characters such as U+202E, which
/// turn round what follows so that one name reads as another (Unicode Technical Report 36, bidirectional text spoofing).
public enum HiddenMarks {
    /// Rare characters outside the basic plane, of private use and with variation selectors are none.
    public static func stand(in text: String) -> Bool {
        // Most names are plain Chinese or ASCII: bytes from 0x20 to 0x7E need no look at their scalars.
        if text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return false }
        return text.unicodeScalars.contains { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: true
            default: false
            }
        }
    }
}
