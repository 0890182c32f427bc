import Foundation
import Synchronization

/// A Chinese text as it is typed on a keyboard: whole, and by first letters.
public struct Reading: Hashable, Sendable {
    /// `yingyangwucan`
    public let full: String
    /// `yywc`
    public let initials: String

    public init(full: String, initials: String) {
        self.full = full
        self.initials = initials
    }
}

/// Reads Chinese text in pinyin for searching: phrases that read unusually first, surnames at the front of names, then character by character.
///
/// ICU knows one reading a character and takes microseconds for each; names use few different ones, so each is asked for once and kept.
public final class PinyinReader: Sendable {
    private let exceptions: [[Character]: [String]]
    private let longest: Int
    private let known = Mutex<[Character: String]>([:])

    /// - Parameter exceptions: phrase → syllables separated by spaces, such as `重阳` → `chong yang`.
    public init(exceptions: [String: String] = [:]) {
        var table: [[Character]: [String]] = [:]
        for (phrase, reading) in exceptions { table[Array(phrase)] = reading.split(separator: " ").map(String.init) }
        self.exceptions = table
        longest = table.keys.map(\.count).max() ?? 0
    }

    public func reading(_ text: String) -> Reading { joined(syllables(Array(text))) }

    /// The reading of a person's name: its surname as surnames are read (曾 is zeng, 单 is shan).
    public func nameReading(_ name: String) -> Reading {
        let characters = Array(name)
        for length in [2, 1] where characters.count > length {
            if let surname = Self.surnames[String(characters.prefix(length))] {
                return joined(surname.split(separator: " ").map(String.init) + syllables(Array(characters.dropFirst(length))))
            }
        }
        return joined(syllables(characters))
    }

    private func joined(_ syllables: [String]) -> Reading {
        Reading(full: syllables.joined(), initials: String(syllables.compactMap(\.first)))
    }

    private func syllables(_ characters: [Character]) -> [String] {
        var result: [String] = []
        var index = 0
        scan: while index < characters.count {
            if longest > 0 {
                for length in stride(from: min(longest, characters.count - index), to: 0, by: -1) {
                    if let reading = exceptions[Array(characters[index..<(index + length)])] {
                        result += reading
                        index += length
                        continue scan
                    }
                }
            }
            let syllable = syllable(characters[index])
            if !syllable.isEmpty { result.append(syllable) }
            index += 1
        }
        return result
    }

    private func syllable(_ character: Character) -> String {
        if character.isASCII { return character.isLetter || character.isNumber ? character.lowercased() : "" }
        return known.withLock { known in
            if let syllable = known[character] { return syllable }
            let syllable = Self.transliterated(character)
            known[character] = syllable
            return syllable
        }
    }

    private static func transliterated(_ character: Character) -> String {
        guard character.isLetter || character.isNumber else { return "" }
        // ü is typed v, so it is kept apart before the accents go.
        let latin = String(character).applyingTransform(.mandarinToLatin, reverse: false) ?? String(character)
        let typed = latin.replacing("ü", with: "v").replacing("ǖ", with: "v").replacing("ǘ", with: "v").replacing("ǚ", with: "v")
            .replacing("ǜ", with: "v")
        let plain = typed.applyingTransform(.stripDiacritics, reverse: false) ?? typed
        return plain.lowercased().filter { !$0.isWhitespace }
    }

    /// Surnames that read otherwise than the character does elsewhere, and the compound ones.
    private static let surnames = [
        "曾": "zeng", "单": "shan", "区": "ou", "仇": "qiu", "查": "zha", "解": "xie", "盖": "ge", "朴": "piao", "任": "ren", "翟": "zhai",
        "尹": "yin", "乐": "yue", "冼": "xian", "员": "yun", "折": "she", "缪": "miao", "逄": "pang", "繁": "po", "令狐": "ling hu",
        "欧阳": "ou yang", "司马": "si ma", "上官": "shang guan", "诸葛": "zhu ge", "尉迟": "yu chi", "皇甫": "huang fu", "公孙": "gong sun",
        "长孙": "zhang sun", "慕容": "mu rong", "夏侯": "xia hou", "东方": "dong fang", "万俟": "mo qi", "澹台": "tan tai",
    ]
}
