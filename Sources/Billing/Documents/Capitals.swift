import Kernel

extension Fen {
    /// 大写金额, as on cheques and vouchers: `壹仟贰佰叁拾元伍角整` (支付结算办法, annex on writing amounts).
    public var capitals: String {
        guard amount != 0 else { return "零元整" }
        let digits = ["零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"]
        let yuan = amount.magnitude / 100
        let (jiao, fen) = (Int(amount.magnitude / 10 % 10), Int(amount.magnitude % 10))
        var text = amount < 0 ? "负" : ""
        if yuan > 0 { text += Fen.integerCapitals(yuan, digits) + "元" }
        switch (jiao, fen) {
        case (0, 0): text += "整"
        case (let jiao, 0): text += digits[jiao] + "角整"
        case (0, let fen): text += (yuan > 0 ? "零" : "") + digits[fen] + "分"
        case (let jiao, let fen): text += digits[jiao] + "角" + digits[fen] + "分"
        }
        return text
    }

    private static func integerCapitals(_ number: UInt64, _ digits: [String]) -> String {
        let places = ["", "拾", "佰", "仟"]
        let groups = ["", "万", "亿", "万亿"]
        var result = ""
        var rest = number
        var group = 0
        var lowerNeedsZero = false
        while rest > 0 {
            var part = ""
            var isZeroPending = false
            for (place, divisor) in [1, 10, 100, 1000].enumerated() {
                let digit = Int(rest % 10_000 / UInt64(divisor) % 10)
                if digit == 0 {
                    isZeroPending = !part.isEmpty
                } else {
                    part = digits[digit] + places[place] + (isZeroPending ? "零" : "") + part
                    isZeroPending = false
                }
            }
            if !part.isEmpty {
                result = part + groups[group] + (lowerNeedsZero && !result.isEmpty ? "零" : "") + result
            }
            lowerNeedsZero = rest % 10_000 < 1000
            rest /= 10_000
            group += 1
        }
        return result
    }
}
