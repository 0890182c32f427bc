#if QRCode
import CQREncode
#endif

/// 二维码 (ISO/IEC 18004) as a drawing, made by libqrencode.
public enum QR {
    /// Modules of quiet paper around a code, which readers need to find it.
    private static let margin = 4

    /// Black on white in the dark mode too: not every reader takes the reverse. A module is one unit; the size is the page's to say.
    ///
    /// - Returns: An `<svg>` element; nil when the text is too long for a code, or the build has no trait `QRCode`.
    public static func svg(of text: String) -> String? {
        #if QRCode
        guard let code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M) else { return nil }
        defer { QRcode_free(code) }
        let width = Int(code.pointee.width)
        var path = ""
        for y in 0..<width {
            // A run of dark modules is one stroke.
            var x = 0
            while x < width {
                let start = x
                // The lowest bit says whether a module is dark.
                while x < width, code.pointee.data[y * width + x] & 1 == 1 { x += 1 }
                if x > start { path += "M\(start + margin) \(y + margin)h\(x - start)v1h-\(x - start)z" } else { x += 1 }
            }
        }
        let size = width + 2 * margin
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(size) \(size)" shape-rendering="crispEdges">\
            <rect width="\(size)" height="\(size)" fill="#fff"/><path fill="#000" d="\(path)"/></svg>
            """
        #else
        return nil
        #endif
    }
}
