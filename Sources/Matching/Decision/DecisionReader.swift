import Kernel
import Registry

/// Reads what ``DecisionWriter`` wrote, and nothing else.
enum DecisionReader {
    /// `% , . : ; @ |`
    static func isReserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x25, 0x2C, 0x2E, 0x3A, 0x3B, 0x40, 0x7C: true
        default: false
        }
    }

    static func list(_ text: Substring, _ separator: Character) -> [Substring] {
        text.isEmpty ? [] : text.split(separator: separator, omittingEmptySubsequences: false)
    }

    static func text(_ field: Substring) -> String? {
        guard field.utf8.contains(0x25) else { return field.utf8.contains(where: isReserved) ? nil : String(field) }
        var bytes: [UInt8] = []
        var rest = field.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == 0x25 else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16), isReserved(code) else {
                return nil
            }
            bytes.append(code)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    static func candidate(_ field: Substring) -> RankedCandidate? {
        let fields = field.split(separator: ",", omittingEmptySubsequences: false)
        guard fields.count == 5, let provider = text(fields[0]), let price = Int64(fields[1]), fields[3].isEmpty || fields[3] == "e" else {
            return nil
        }
        let distance = Int(fields[2])
        let points = fields[4].split(separator: ".", omittingEmptySubsequences: false).compactMap { Int($0) }
        guard fields[2].isEmpty || distance != nil, points.count == 6, points.allSatisfy({ (0...1_000_000).contains($0) }) else {
            return nil
        }
        return RankedCandidate(
            provider: ProviderID(provider), price: Fen(price), distance_m: distance,
            points: Points(
                distance: points[0], continuity: points[1], quality: points[2], price: points[3], load: points[4], fairShare: points[5]),
            isElderChoice: fields[3] == "e")
    }

    static func refusals(_ group: Substring) -> [Refusal]? {
        let halves = group.split(separator: ":", omittingEmptySubsequences: false)
        guard halves.count == 2 else { return nil }
        let head = halves[0].split(separator: "@", omittingEmptySubsequences: false)
        guard head.count <= 2, let bits = UInt32(head[0], radix: 16), bits != 0,
            RefusalCodes.known.isSuperset(of: RefusalCodes(rawValue: bits))
        else { return nil }
        let until = head.count == 2 ? Int(head[1]) : nil
        guard head.count == 1 || until != nil else { return nil }
        var refusals: [Refusal] = []
        for name in halves[1].split(separator: ",", omittingEmptySubsequences: false) {
            guard let provider = text(name) else { return nil }
            refusals.append(Refusal(provider: ProviderID(provider), reasons: RefusalCodes(rawValue: bits), fullUntil: until))
        }
        return refusals
    }
}
