import Kernel

/// The shape of `messages.yaml`.
extension MessagePlan: Decodable {
    enum CodingKeys: String, CodingKey { case signature, quiet, limits, gateway, rules }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            signature: try fields.decode(String.self, forKey: .signature), rules: try fields.decode([MessageRule].self, forKey: .rules),
            quiet: try fields.decodeIfPresent(QuietHours.self, forKey: .quiet),
            limits: try fields.decodeIfPresent(MessageLimits.self, forKey: .limits) ?? MessageLimits(),
            gateway: try fields.decodeIfPresent(MessageGateway.self, forKey: .gateway))
    }
}

extension MessageRule: Decodable {
    enum CodingKeys: String, CodingKey {
        case name, event, to, text, states, quiet
        case usefulMinutes = "useful_minutes"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try fields.decode(String.self, forKey: .name), event: try fields.decode(String.self, forKey: .event),
            receiver: try fields.decode(Receiver.self, forKey: .to), text: try fields.decode(String.self, forKey: .text),
            states: try fields.decodeIfPresent([String].self, forKey: .states) ?? [],
            isQuiet: try fields.decodeIfPresent(Bool.self, forKey: .quiet) ?? true,
            useful: .minutes(min(max(0, try fields.decodeIfPresent(Int.self, forKey: .usefulMinutes) ?? 720), 100_000)))
    }
}

extension QuietHours: Decodable {
    enum CodingKeys: String, CodingKey { case from, until }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        func minute(_ key: CodingKeys) throws -> Int {
            let text = try fields.decode(String.self, forKey: key)
            let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
            guard parts.count == 2, (0..<24).contains(parts[0]), (0..<60).contains(parts[1]) else {
                throw MessagePlan.fault("quiet 的时刻“\(text)”应写成 \"21:30\" 这样。")
            }
            return parts[0] * 60 + parts[1]
        }
        self.init(from: try minute(.from), until: try minute(.until))
    }
}

extension MessageLimits: Decodable {
    enum CodingKeys: String, CodingKey {
        case perHour = "per_hour"
        case perDay = "per_day"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        if let hour = try fields.decodeIfPresent(Int.self, forKey: .perHour) { perHour = hour }
        if let day = try fields.decodeIfPresent(Int.self, forKey: .perDay) { perDay = day }
    }
}

extension MessageGateway: Decodable {
    enum CodingKeys: String, CodingKey {
        case url, headers, body, escape, signature, mark
        case secretName = "secret_env"
    }

    enum SignatureKeys: String, CodingKey { case over, encoding }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        var signature: Signature?
        if fields.contains(.signature) {
            let nested = try fields.nestedContainer(keyedBy: SignatureKeys.self, forKey: .signature)
            signature = Signature(
                over: try nested.decode(String.self, forKey: .over),
                encoding: try nested.decodeIfPresent(Signature.Encoding.self, forKey: .encoding) ?? .hex)
        }
        try self.init(
            url: try EndpointURL(try fields.decode(String.self, forKey: .url)),
            headers: try fields.decodeIfPresent([String: String].self, forKey: .headers) ?? [:], body: try fields.decode(String.self, forKey: .body),
            escape: try fields.decodeIfPresent(MessageEscape.self, forKey: .escape) ?? .json, signature: signature,
            secretName: try fields.decodeIfPresent(String.self, forKey: .secretName), mark: try fields.decodeIfPresent(String.self, forKey: .mark))
    }
}
