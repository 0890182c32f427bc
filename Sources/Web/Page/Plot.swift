import Kernel

/// Drawings made on the server as SVG: they need no script, print well and take their colours from the page.
public enum Plot {
    /// Upright bars with their values; `second` stands behind as an outline, for a comparison.
    public static func bars(_ title: String, labels: [String], values: [Int], second: [Int] = [], width: Int = 720, height: Int = 240) -> String {
        let top = max(1, (values + second).max() ?? 1)
        let step = Double(width - 40) / Double(max(1, values.count))
        let floor = Double(height - 28)
        var body = ""
        for (index, value) in values.enumerated() {
            let x = 30 + step * Double(index)
            let tall = floor - 24
            if index < second.count {
                let h = tall * Double(second[index]) / Double(top)
                body += "<rect class=\"past\" x=\"\(tidy(x + step * 0.08))\" y=\"\(tidy(floor - h))\" width=\"\(tidy(step * 0.84))\" height=\"\(tidy(h))\"/>"
            }
            let h = tall * Double(value) / Double(top)
            body += "<rect class=\"bar\" x=\"\(tidy(x + step * 0.18))\" y=\"\(tidy(floor - h))\" width=\"\(tidy(step * 0.64))\" height=\"\(tidy(h))\"/>"
            if value > 0 { body += text(String(value), x + step / 2, floor - h - 5, "middle") }
            if index < labels.count, !labels[index].isEmpty { body += text(labels[index], x + step / 2, floor + 18, "middle") }
        }
        return frame(title, width, height, body)
    }

    /// A line through values at even steps, with a dashed one behind it for a comparison; zero is the floor, what is below it stays visible.
    public static func lines(_ title: String, labels: [String], values: [Int], second: [Int] = [], width: Int = 720, height: Int = 260) -> String {
        let top = max(1, (values + second).max() ?? 1)
        let bottom = min(0, values.min() ?? 0)
        let step = Double(width - 100) / Double(max(1, max(labels.count, values.count, second.count) - 1))
        let tall = Double(height - 60)
        func x(_ index: Int) -> Double { 80 + step * Double(index) }
        func y(_ value: Int) -> Double { 20 + tall * Double(top - value) / Double(top - bottom) }
        func path(_ values: [Int]) -> String { values.enumerated().map { "\(tidy(x($0.offset))),\(tidy(y($0.element)))" }.joined(separator: " ") }
        var body = "<line class=\"axis\" x1=\"80\" x2=\"\(width - 20)\" y1=\"\(tidy(y(0)))\" y2=\"\(tidy(y(0)))\"/>"
        if !second.isEmpty { body += "<polyline class=\"past\" points=\"\(path(second))\"/>" }
        body += "<polyline class=\"line\" points=\"\(path(values))\"/>"
        for (index, value) in values.enumerated() {
            body += "<circle class=\"dot\" cx=\"\(tidy(x(index)))\" cy=\"\(tidy(y(value)))\" r=\"3\"><title>\(value)</title></circle>"
        }
        for (index, label) in labels.enumerated() where !label.isEmpty { body += text(label, x(index), Double(height - 12), "middle") }
        body += text(String(top), 74, 24, "end") + text("0", 74, y(0) + 4, "end")
        return frame(title, width, height, body)
    }

    /// A table of shades: rows by columns, darker for more; the number stands in each cell so that colour alone says nothing.
    ///
    /// - Parameter beside: A second number of each cell, written after a stroke; it takes no part in the shade.
    public static func heat(
        _ title: String, rows: [String], columns: [String], values: [[Int]], beside: [[Int]] = [], width: Int = 760
    ) -> String {
        let top = max(1, values.joined().max() ?? 1)
        let (left, cell, line) = (80.0, Double(width - 90) / Double(max(1, columns.count)), 22.0)
        var body = ""
        for (index, name) in columns.enumerated() { body += text(name, left + cell * (Double(index) + 0.5), 16, "middle") }
        for (row, name) in rows.enumerated() {
            let y = 24 + line * Double(row)
            body += text(name, left - 6, y + 15, "end")
            for (column, value) in values[row].enumerated() {
                let x = left + cell * Double(column)
                let shade = value == 0 ? 0 : max(8, value * 100 / top)
                let (w, h) = (tidy(cell - 2), tidy(line - 2))
                let box = "x=\"\(tidy(x))\" y=\"\(tidy(y))\" width=\"\(w)\" height=\"\(h)\""
                body += "<rect class=\"cell\" fill-opacity=\"\(tidy(Double(shade) / 100))\" \(box)/>"
                let second = beside.isEmpty ? nil : beside[row][column]
                let told = second.map { "\(value)/\($0)" } ?? String(value)
                if value > 0 || (second ?? 0) > 0 { body += text(told, x + cell / 2, y + 15, "middle", shade > 55 ? " class=\"on\"" : "") }
            }
        }
        return frame(title, width, Int(30 + line * Double(rows.count)), body)
    }

    /// Something at a place on the map.
    public struct Place {
        public let name: String
        public let latitude: Double
        public let longitude: Double
        /// How large its circle is.
        public let weight: Int
        /// How many marks stand in it.
        public let active: Int
        /// How many squares stand under it.
        public let posts: Int

        public init(name: String, latitude: Double, longitude: Double, weight: Int, active: Int, posts: Int = 0) {
            self.posts = posts
            self.name = name
            self.latitude = latitude
            self.longitude = longitude
            self.weight = weight
            self.active = active
        }
    }

    /// Streets as circles at their centres (equirectangular): no map service, works on an intranet.
    ///
    /// A district that lies along a valley is stretched across it, by at most ``stretch``, so that names cover each other less.
    public static func map(_ title: String, _ places: [Place], width: Int = 1000, height: Int = 440) -> String {
        guard let south = places.map(\.latitude).min(), let north = places.map(\.latitude).max(), let west = places.map(\.longitude).min(),
            let east = places.map(\.longitude).max()
        else { return frame(title, width, height, "") }
        let scaleX = Double(width - 160) / max(0.001, east - west)
        let scaleY = Double(height - 100) / max(0.001, north - south)
        // One degree of longitude is shorter than one of latitude by the cosine of 36°.
        let scale = min(scaleX / 0.81, scaleY)
        let across = min(scaleY, scale * stretch)
        let tall = Int(100 + (north - south) * across)
        let heaviest = Double(max(1, places.map(\.weight).max() ?? 1))
        var (circles, names) = ("", "")
        for place in places.sorted(by: { $0.weight > $1.weight }) {
            let x = 80 + (place.longitude - west) * scale * 0.81 + (Double(width - 160) - (east - west) * scale * 0.81) / 2
            let y = 40 + (north - place.latitude) * across
            let radius = 5 + 15 * (Double(place.weight) / heaviest).squareRoot()
            let centre = "cx=\"\(tidy(x))\" cy=\"\(tidy(y))\""
            let told = "<title>\(HTML.escaped(place.name)) \(place.weight) / \(place.posts) / \(place.active)</title>"
            circles += "<circle class=\"street\" \(centre) r=\"\(tidy(radius))\">\(told)</circle>"
            if place.active > 0 {
                circles += "<circle class=\"active\" \(centre) r=\"\(tidy(4 + 3 * Double(place.active).squareRoot()))\"/>"
            }
            for post in 0..<min(place.posts, 8) {
                let left = x - Double(min(place.posts, 8)) * 3 + Double(post) * 6
                circles += "<rect class=\"post\" x=\"\(tidy(left))\" y=\"\(tidy(y - radius - 7))\" width=\"4\" height=\"4\"/>"
            }
            names += text("\(place.name)\(place.active > 0 ? " \(place.active)" : "")", x, y + radius + 13, "middle")
        }
        return frame(title, width, tall, circles + names)
    }

    private static let stretch = 1.6

    private static func frame(_ title: String, _ width: Int, _ height: Int, _ body: String) -> String {
        """
        <svg class="plot" role="img" aria-label="\(HTML.escaped(title))" viewBox="0 0 \(width) \(height)" xmlns="http://www.w3.org/2000/svg">\(body)</svg>
        """
    }

    private static func text(_ text: String, _ x: Double, _ y: Double, _ anchor: String, _ more: String = "") -> String {
        "<text\(more) text-anchor=\"\(anchor)\" x=\"\(tidy(x))\" y=\"\(tidy(y))\">\(HTML.escaped(text))</text>"
    }

    /// One decimal is enough for a pixel.
    private static func tidy(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }
}
