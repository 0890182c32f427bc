import Foundation
import Testing

/// Rules of the house that the compiler does not know. A breach is named with file and line.
@Suite struct `The house` {
    static func breaches(_ files: [SourceFile] = House.files, _ find: (SourceFile) -> [(line: Int, what: String)]) -> [String] {
        files.flatMap { file in find(file).map { "\(file.path):\($0.line): \($0.what)" } }
    }

    @Test func `has a known set of rooms`() {
        #expect(House.files.count > 150)
        #expect(Set(House.rooms).subtracting(Rooms.ours.keys) == [Rooms.composition])
        #expect(Rooms.exceptions.allSatisfy { !$0.reason.isEmpty })
    }

    @Test(arguments: House.rooms)
    func `lets each room import only what is beneath it`(room: String) {
        let found = Self.breaches(House.files.filter { $0.room == room }) { file in
            file.imports.filter { !Rooms.mayImport($0.module, in: room) }.map { ($0.line, "\(room) must not import \($0.module)") }
        }
        #expect(found == [])
    }

    @Test func `keeps its rooms in one order`() {
        func reaches(_ from: String, _ to: String, _ seen: Set<String> = []) -> Bool {
            guard !seen.contains(from), let next = Rooms.ours[from] else { return false }
            return next.contains(to) || next.contains { reaches($0, to, seen.union([from])) }
        }
        for room in Rooms.ours.keys { #expect(!reaches(room, room), "\(room) reaches itself") }
        for face in Rooms.faces { #expect(Rooms.faces.isDisjoint(with: Rooms.ours[face] ?? [])) }
    }

    @Test func `has no clock, no chance and no screen in its rules`() {
        let words = [#/\bDate\(\)/#, #/\bUUID\(\)/#, #/\bprint\(/#, #/\.random\(in/#, #/SystemRandomNumberGenerator/#, #/\bContinuousClock\b/#]
        let found = Self.breaches(House.files.filter { Rooms.rules.contains($0.room) }) { file in
            file.code.flatMap { code in words.compactMap { code.text.firstMatch(of: $0).map { (code.line, String($0.output)) } } }
        }
        #expect(found == [])
    }

    @Test func `speaks SQL only in its stores`() {
        let found = Self.breaches(House.files.filter { !$0.room.hasPrefix("Store") }) { file in
            file.literals.filter { Self.isSQL($0.text) }.map { ($0.line, "SQL outside Store: \($0.text.prefix(60))") }
        }
        #expect(found == [])
        #expect(!Self.breaches(House.files.filter { $0.room == "Store" }) { $0.literals.filter { Self.isSQL($0.text) }.map { ($0.line, "") } }.isEmpty)
    }

    static func isSQL(_ text: String) -> Bool {
        text.contains(#/\bSELECT\s.*\sFROM\s/#.dotMatchesNewlines()) || text.contains(#/\bINSERT INTO\s/#)
            || text.contains(#/\bUPDATE\s.*\sSET\s/#.dotMatchesNewlines()) || text.contains(#/\bDELETE FROM\s/#)
    }

    /// Two logins may be one person's: a name alone says nothing about who entered something.
    @Test func `asks in one place whether two steps were taken by two persons`() {
        let found = Self.breaches(House.files.filter { $0.room == "Workflow" && !$0.path.hasSuffix("/ManageAccess.swift") }) { file in
            file.code.filter { Self.comparesNames($0.text) }.map { ($0.line, "ask tx.access.names(of: caller.name)") }
        }
        #expect(found == [])
    }

    static func comparesNames(_ text: String) -> Bool {
        text.contains(#/[=!]= caller\.name\b/#) || text.contains(#/\bcaller\.name [=!]=/#) || text.contains(#/contains\(caller\.name\)/#)
    }

    /// A form pressed twice, or sent again after going back, is done once: by its key. A file that is shown again is written down again.
    @Test func `does what a form of the desks asks once`() {
        let found = Self.breaches(House.files.filter { ["ConsoleWeb", "FinanceWeb"].contains($0.room) }) { file in
            file.code.filter { $0.text.contains("exchange.form(") && !$0.text.contains("exchange.form(Reason.self") }
                .map { ($0.line, "exchange.formOnce, or exchange.sent and exchange.once") }
        }
        #expect(found == [])
    }

    @Test func `says why before it trusts itself`() {
        let words = ["fatalError(", "try!", "@unchecked Sendable", "nonisolated(unsafe)"]
        let found = Self.breaches { file in
            file.code.compactMap { code in
                guard let word = words.first(where: code.text.contains) else { return nil }
                let comment = code.line >= 2 ? file.lines[code.line - 2] : ""
                return comment.contains("// Safe because ") ? nil : (code.line, "\(word) without a line “// Safe because …” before it")
            }
        }
        #expect(found == [])
    }

    @Test func `leaves nothing for later`() {
        let found = Self.breaches { file in
            file.lines.enumerated().compactMap { $0.element.contains(#/\b(TODO|FIXME|XXX|HACK)\b/#) ? ($0.offset + 1, $0.element) : nil }
        }
        #expect(found == [])
    }

    @Test func `keeps files to 400 lines and lines to 160 columns`() {
        let long = House.files.filter { $0.lines.count > 401 }.map { "\($0.path): \($0.lines.count - 1) lines" }
        #expect(long == [])
        let wide = Self.breaches { file in
            file.lines.enumerated().compactMap { $0.element.count > 160 ? ($0.offset + 1, "\($0.element.count) columns") : nil }
        }
        #expect(wide == [])
    }
}

/// The tests above must be able to fail.
@Suite struct `A breach of the house's rules` {
    static func file(_ text: String, room: String = "Orders") -> SourceFile {
        SourceFile(room: room, path: "Sources/\(room)/Made.swift", lines: text.components(separatedBy: "\n"))
    }

    @Test(arguments: [
        ("import Kernel", "Kernel"), ("@testable import Store", "Store"), ("public import Web", "Web"), ("import struct Foundation.Date", "Foundation"),
        ("  import Intake", "Intake"), ("@preconcurrency import GRDB", "GRDB"),
    ])
    func `is seen in an import`(text: String, module: String) { #expect(Self.file(text).imports.map(\.module) == [module]) }

    @Test(arguments: [
        ("guard asked.by != caller.name else {", true), ("guard makers.contains(caller.name)", true), ("if caller.name == maker {", true),
        ("tx.access.names(of: caller.name).contains(asked.by)", false), ("log(by: caller.name)", false),
    ])
    func `is seen where a person is told by the name`(text: String, isBreach: Bool) { #expect(`The house`.comparesNames(text) == isBreach) }

    @Test(arguments: ["// import Store", "let text = \"import Store\"", "importing()"])
    func `is not seen where there is none`(text: String) { #expect(Self.file(text).imports.isEmpty) }

    @Test(arguments: [
        ("Orders", "Foundation", false), ("Orders", "Store", false), ("Matching", "Billing", false), ("ConsoleWeb", "PortalWeb", false),
        ("ConsoleWeb", "StoreSQLite", false), ("Kernel", "Catalog", false), ("Workflow", "Hummingbird", false), ("Workflow", "Web", false),
        ("Web", "Store", true), ("Pinyin", "Foundation", true), ("vnh", "GRDB", true), ("Elsewhere", "Kernel", false),
    ])
    func `is an import that is not in the table`(room: String, module: String, isAllowed: Bool) {
        #expect(Rooms.mayImport(module, in: room) == isAllowed)
    }

    @Test(arguments: [
        ("let q = \"SELECT a FROM b\"", true), ("let q = \"\"\"\n  SELECT a\n  FROM b\n  \"\"\"", true), ("x(\"INSERT INTO b VALUES (1)\")", true),
        ("x(\"UPDATE b SET a = 1\")", true), ("x(\"DELETE FROM b\")", true), ("// \"SELECT a FROM b\"", false), ("let q = \"select one from below\"", false),
        ("let SELECT = FROM", false), ("x(\"a // b\", \"DELETE FROM b\")", true),
    ])
    func `is SQL in a literal`(text: String, isFound: Bool) {
        #expect(Self.file(text).literals.contains { `The house`.isSQL($0.text) } == isFound)
    }
}
