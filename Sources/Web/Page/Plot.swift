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
        _ title: String, rows: [String], columns: [String], values: [[Int]], beside: [[Int]] = [], width: Int = 700
    ) -> String {
        let top = max(1, values.joined().max() ?? 1)
        let (left, head, cell, line) = (78.0, 44.0, Double(width - 78) / Double(max(1, columns.count)), 30.0)
        var body = ""
        for (index, name) in columns.enumerated() {
            let lines = halves(name, within: cell)
            for (place, part) in lines.enumerated() {
                let narrowed = breadth(part) > cell - 4 ? " textLength=\"\(tidy(cell - 4))\" lengthAdjust=\"spacingAndGlyphs\"" : ""
                body += text(part, left + cell * (Double(index) + 0.5), head - 6 - letter * Double(lines.count - 1 - place) * 1.1, "middle", narrowed)
            }
        }
        for (row, name) in rows.enumerated() {
            let y = head + line * Double(row)
            body += text(name, left - 8, y + 20, "end")
            for (column, value) in values[row].enumerated() {
                let x = left + cell * Double(column)
                let shade = value == 0 ? 0 : max(8, value * 100 / top)
                let (w, h) = (tidy(cell - 2), tidy(line - 2))
                let box = "x=\"\(tidy(x))\" y=\"\(tidy(y))\" width=\"\(w)\" height=\"\(h)\""
                body += "<rect class=\"cell\" fill-opacity=\"\(tidy(Double(shade) / 100))\" \(box)/>"
                let second = beside.isEmpty ? nil : beside[row][column]
                let told = second.map { "\(value)/\($0)" } ?? String(value)
                if value > 0 || (second ?? 0) > 0 { body += text(told, x + cell / 2, y + 20, "middle", shade > 55 ? " class=\"on\"" : "") }
            }
        }
        return frame(title, width, Int(head + line * Double(rows.count)), body, kind: "heat")
    }

    /// A column name that is wider than its column, in two lines: at a space, or in the middle.
    private static func halves(_ name: String, within width: Double) -> [String] {
        guard breadth(name) > width * 0.95 else { return [name] }
        if let space = name.firstIndex(of: " ") { return [String(name[..<space]), String(name[name.index(after: space)...])] }
        let middle = (name.count + 1) / 2
        return ["\(name.prefix(middle))\(name.utf8.count == name.count ? "-" : "")", String(name.dropFirst(middle))]
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
        /// How many squares stand over it.
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
    /// A district that lies along a valley is stretched across it, by at most ``stretch``. A name stands where it covers no other, the names of
    /// the largest first; one for which there is no room is told by its circle alone.
    ///
    /// - Parameter legend: What a circle, a square and a dot stand for; drawn at the foot.
    public static func map(
        _ title: String, _ places: [Place], legend: (weight: String, post: String, active: String), width: Int = 820, height: Int = 500
    ) -> String {
        guard let south = places.map(\.latitude).min(), let north = places.map(\.latitude).max(), let west = places.map(\.longitude).min(),
            let east = places.map(\.longitude).max()
        else { return frame(title, width, height, "", kind: "map") }
        let scaleX = Double(width - 96) / max(0.001, east - west)
        let scaleY = Double(height - 100) / max(0.001, north - south)
        // One degree of longitude is shorter than one of latitude by the cosine of 36°.
        let scale = min(scaleX / 0.81, scaleY)
        let across = min(scaleY, scale * stretch)
        let tall = 100 + (north - south) * across
        let heaviest = Double(max(1, places.map(\.weight).max() ?? 1))
        let spots = places.sorted { $0.weight > $1.weight }.map { place in
            Spot(
                x: 48 + (place.longitude - west) * scale * 0.81 + (Double(width - 96) - (east - west) * scale * 0.81) / 2,
                y: 34 + (north - place.latitude) * across, radius: 4 + 10 * (Double(place.weight) / heaviest).squareRoot(), place: place)
        }
        var (drawn, names) = ("", "")
        var taken: [Box] = []
        let whole = Box(left: 0, top: 0, right: Double(width), bottom: tall - 30)
        for spot in spots {
            drawn += spot.drawn
            let free = spot.labels.filter { box in box.isInside(whole) && !taken.contains { $0.meets(box) } }
            // Of the free ones the one that covers the fewest circles and rows of squares of others; the earlier of two alike.
            func covered(_ box: Box) -> Int {
                spots.reduce(0) { $0 + (($1.x, $1.y) == (spot.x, spot.y) ? 0 : $1.marks.count(where: box.meets)) }
            }
            guard let box = free.min(by: { covered($0) < covered($1) }) else { continue }
            taken.append(box)
            names += text(spot.label, (box.left + box.right) / 2, box.bottom - 3, "middle")
        }
        return frame(title, width, Int(tall), drawn + names + key(legend, at: tall - 10), kind: "map")
    }

    /// A place as it is drawn.
    private struct Spot {
        let x: Double
        let y: Double
        let radius: Double
        let place: Place

        var label: String { "\(place.name)\(place.active > 0 ? " \(place.active)" : "")" }

        var drawn: String {
            let centre = "cx=\"\(tidy(x))\" cy=\"\(tidy(y))\""
            let told = "<title>\(HTML.escaped(place.name)) \(place.weight) / \(place.posts) / \(place.active)</title>"
            var shapes = "<circle class=\"street\" \(centre) r=\"\(tidy(radius))\">\(told)</circle>"
            if place.active > 0 { shapes += "<circle class=\"active\" \(centre) r=\"\(tidy(4 + 2 * Double(place.active).squareRoot()))\"/>" }
            let posts = min(place.posts, 8)
            for post in 0..<posts {
                let left = x - Double(posts) * 3 + Double(post) * 6
                shapes += "<rect class=\"post\" x=\"\(tidy(left))\" y=\"\(tidy(y - radius - 6))\" width=\"4\" height=\"4\"/>"
            }
            return shapes
        }

        /// What the name of another should not cover: the middle of the circle, and the squares over it.
        var marks: [Box] {
            let half = Double(min(place.posts, 8)) * 3
            return [
                Box(left: x - radius * 0.6, top: y - radius * 0.6, right: x + radius * 0.6, bottom: y + radius * 0.6),
                Box(left: x - half, top: y - radius - 6, right: x + half, bottom: y - radius - 2),
            ]
        }

        /// Where its name may stand, the best first: below, above, beside, at the corners, and each of them shifted.
        var labels: [Box] {
            let (wide, tall, r) = (breadth(label), letter + 1, radius)
            return [
                (x - wide / 2, y + r + 1), (x - wide / 2, y - r - tall - 7), (x + r + 3, y - tall / 2), (x - r - 3 - wide, y - tall / 2),
                (x + r - 2, y + r - 4), (x - r + 2 - wide, y + r - 4), (x + r - 2, y - r - tall + 4), (x - r + 2 - wide, y - r - tall + 4),
                (x - wide * 0.2, y + r + 1), (x - wide * 0.8, y + r + 1), (x - wide * 0.2, y - r - tall - 7), (x - wide * 0.8, y - r - tall - 7),
                (x + r + 3, y - tall), (x + r + 3, y), (x - r - 3 - wide, y - tall), (x - r - 3 - wide, y),
            ].map { Box(left: $0, top: $1, right: $0 + wide, bottom: $1 + tall) }
        }
    }

    private struct Box {
        let left: Double
        let top: Double
        let right: Double
        let bottom: Double

        func meets(_ other: Box) -> Bool { left < other.right && other.left < right && top < other.bottom && other.top < bottom }
        func isInside(_ other: Box) -> Bool { left >= other.left && right <= other.right && top >= other.top && bottom <= other.bottom }
    }

    /// The legend of the map, in one line.
    private static func key(_ legend: (weight: String, post: String, active: String), at y: Double) -> String {
        var x = 12.0
        var body = ""
        for (mark, word) in [
            ("<circle class=\"street\" cx=\"X\" cy=\"Y\" r=\"7\"/>", legend.weight),
            ("<rect class=\"post\" x=\"X\" y=\"Y\" width=\"4\" height=\"4\"/>", legend.post),
            ("<circle class=\"active\" cx=\"X\" cy=\"Y\" r=\"6\"/>", legend.active),
        ] {
            body += mark.replacing("X", with: tidy(x)).replacing("Y", with: tidy(y - 5)) + text(word, x + 14, y, "start")
            x += 14 + breadth(word) + 30
        }
        return body
    }

    private static let stretch = 2.5
    /// The size of a letter on the map and in the table of shades, as `wall.css` sets it.
    private static let letter = 17.0

    /// How wide a text is drawn: a Chinese character is as wide as it is tall, a Latin letter about six tenths.
    private static func breadth(_ text: String) -> Double {
        text.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x2E80 ? 1 : 0.6) } * letter
    }

    private static func frame(_ title: String, _ width: Int, _ height: Int, _ body: String, kind: String = "graph") -> String {
        """
        <svg class="plot \(kind)" role="img" aria-label="\(HTML.escaped(title))" viewBox="0 0 \(width) \(height)" \
        xmlns="http://www.w3.org/2000/svg">\(body)</svg>
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
