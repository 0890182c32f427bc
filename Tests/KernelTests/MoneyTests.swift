import Kernel
import Testing

@Suite struct `An amount of money` {
    @Test(arguments: [
        ("15", 1500), ("15.5", 1550), ("15.50", 1550), ("0.05", 5), ("-3.05", -305), ("0", 0), ("-0.01", -1), ("1000000000.00", 100_000_000_000),
    ] as [(String, Int64)])
    func `is read as people write it`(text: String, amount: Int64) {
        #expect(Fen(yuan: text) == Fen(amount))
    }

    @Test(arguments: [
        "", "-", ".", ".5", "15.", "15.555", "1,500", "+15", " 15", "15 ", "1e3", "１５", "--1", "1.-5", "15元", "1000000000.01", "-1000000000.01",
        "9999999999999999999",
    ])
    func `is not guessed from anything else`(text: String) {
        #expect(Fen(yuan: text) == nil)
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `reads back as it is written`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let fen = Fen(Int64(random.below(200_000_000)) - 100_000_000)
        #expect(Fen(yuan: fen.yuan) == fen)
        #expect(fen.description == fen.yuan + "元")
    }

    /// Price, hundredths of a unit → half up, symmetric around zero.
    @Test(arguments: [
        ("１，２００．５０", 120_050), ("¥1,200.50", 120_050), ("￥ 600 元", 60_000), ("−3.05", -305), ("－３．０５", -305), (" 12 ", 1_200),
    ] as [(String, Int64)])
    func `is read as it is pasted`(text: String, amount: Int64) {
        #expect(Fen(pasted: text) == Fen(amount))
    }

    @Test(arguments: ["", "元", "一百", "0.001", "1.2.3", "1e3", "十元", "12-3"])
    func `is not guessed from what is pasted`(text: String) {
        #expect(Fen(pasted: text) == nil)
    }

    @Test(arguments: [
        (1000, 150, 1500), (1, 50, 1), (1, 49, 0), (3, 50, 2), (333, 33, 110), (-1, 50, -1), (-1, 49, 0), (-3, 50, -2), (0, 100, 0), (999, 100, 999),
    ] as [(Int64, Int64, Int64)])
    func `is rounded half up by the line`(price: Int64, hundredths: Int64, result: Int64) {
        #expect(Fen(price).times(Quantity(hundredths: hundredths)) == Fen(result))
    }

    @Test(arguments: [(10_000, 5000, 5000), (1, 5000, 1), (1, 4999, 0), (-1, 5000, -1), (101, 3000, 30), (105, 3000, 32), (7, 10_000, 7)] as [(Int64, Int64, Int64)])
    func `has shares in basis points`(amount: Int64, share: Int64, result: Int64) {
        #expect(Fen(amount).share(basisPoints: share) == Fen(result))
    }

    @Test func `adds, compares and sums`() {
        var fen = Fen(100)
        fen += Fen(50)
        fen -= Fen(20)
        #expect(fen == Fen(130))
        #expect(-fen < .zero)
        #expect([Fen(1), Fen(2), Fen(-4)].total == Fen(-1))
        #expect([Fen]().total == .zero)
    }

    @Test func `survives its limit times the largest quantity`() {
        #expect(Fen.limit.times(.limit) == Fen(100_000_000_000_000))
        #expect(Fen.limit.share(basisPoints: 10_000) == Fen.limit)
    }
}

@Suite struct `A quantity` {
    @Test(arguments: [("2", 200, "2"), ("1.5", 150, "1.50"), ("1.50", 150, "1.50"), ("0.05", 5, "0.05"), ("1000", 100_000, "1000")] as [(String, Int64, String)])
    func `has two decimals at most`(text: String, hundredths: Int64, shown: String) {
        #expect(Quantity(text)?.hundredths == hundredths)
        #expect(Quantity(text)?.text == shown)
    }

    @Test(arguments: ["", "1.555", "a", "1.", "一"])
    func `is not guessed`(text: String) { #expect(Quantity(text) == nil) }

    @Test func `compares by size`() {
        #expect(Quantity.one == Quantity(1))
        #expect(Quantity(hundredths: 99) < .one)
        #expect(Quantity.limit == Quantity(1000))
    }
}
