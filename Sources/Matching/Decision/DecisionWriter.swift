import Kernel

/// Bytes put together without a string for every piece: a decision has to cost less than the row it is stored in.
struct DecisionWriter {
    private var bytes: [UInt8] = []

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    var string: String { String(decoding: bytes, as: UTF8.self) }

    mutating func mark(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    mutating func text(_ text: String) {
        for byte in text.utf8 {
            if DecisionReader.isReserved(byte) {
                bytes.append(0x25)
                bytes.append(Self.digits[Int(byte >> 4)])
                bytes.append(Self.digits[Int(byte & 15)])
            } else {
                bytes.append(byte)
            }
        }
    }

    private static let digits = Array("0123456789abcdef".utf8)

    mutating func hex(_ value: UInt64) {
        var shift = value == 0 ? 0 : (63 - value.leadingZeroBitCount) / 4 * 4
        while shift >= 0 {
            bytes.append(Self.digits[Int(value >> UInt64(shift) & 15)])
            shift -= 4
        }
    }

    mutating func number(_ value: Int) {
        if value < 0 { bytes.append(0x2D) }
        var rest = value.magnitude
        let start = bytes.count
        repeat {
            bytes.append(0x30 + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }

    mutating func candidate(_ candidate: RankedCandidate) {
        text(candidate.provider.text)
        mark(",")
        number(Int(candidate.price.amount))
        mark(",")
        if let distance = candidate.distance_m { number(distance) }
        mark(candidate.isElderChoice ? ",e," : ",,")
        number(candidate.points.distance)
        mark(".")
        number(candidate.points.continuity)
        mark(".")
        number(candidate.points.quality)
        mark(".")
        number(candidate.points.price)
        mark(".")
        number(candidate.points.load)
        mark(".")
        number(candidate.points.fairShare)
    }
}
