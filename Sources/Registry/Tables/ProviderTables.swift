import Kernel

/// The providers' files (`Providers/*.csv`): bytes in, the whole franchise or every fault out.
///
/// The same reading serves the import, the demo district and the lint. Lists inside a field are parted by `;`.
///
/// | file | columns |
/// |---|---|
/// | providers.csv | id, name, kind, kinds (further ones), credit_code, region, address, latitude, longitude, phone, state, joined, \
/// service_regions (codes or `from-to`), radius_m, halal, quality (0 ... 1000), bank_account (`bank account`, or the account alone), closed_days |
/// | hours.csv | provider, days (`1-5` or `1-4;6`), opens, closes (`HH:MM`, `24:00` is the end), capacity |
/// | offers.csv | provider, item, price (yuan), from, until |
/// | workers.csv | id, provider, name, sex, phone, languages, can_lift, active |
/// | vehicles.csv | plate, provider, wheelchair, seats |
/// | credentials.csv | holder_kind (provider, worker, vehicle), holder, type, number, issued, expires |
public enum ProviderTables {
    public static let fileNames = ["providers.csv", "hours.csv", "offers.csv", "workers.csv", "vehicles.csv", "credentials.csv"]

    /// What the catalogue knows; nil leaves a kind of code unchecked.
    public struct Vocabulary: Sendable {
        /// Provider kinds.
        public var kinds: Set<String>?
        /// Nine-digit streets.
        public var regions: Set<String>?
        /// Credential types.
        public var credentials: Set<String>?
        /// Item codes, each with the provider kinds that may serve it.
        public var items: [String: Set<String>]?
        /// The highest price of an item on a day; nil where none is set.
        public var guidePrice: (@Sendable (_ item: String, _ date: LocalDate) -> Fen?)?

        public init(
            kinds: Set<String>? = nil, regions: Set<String>? = nil, credentials: Set<String>? = nil,
            items: [String: Set<String>]? = nil, guidePrice: (@Sendable (_ item: String, _ date: LocalDate) -> Fen?)? = nil
        ) {
            self.kinds = kinds
            self.regions = regions
            self.credentials = credentials
            self.items = items
            self.guidePrice = guidePrice
        }

        public static let unchecked = Vocabulary()
    }

    /// - Parameter files: The content of each of ``fileNames``; vehicles.csv alone may be missing.
    public static func parse(_ files: [String: [UInt8]], vocabulary: Vocabulary = .unchecked) -> Result<Franchise, TableFaults> {
        var reader = ProviderReader(files: files, vocabulary: vocabulary)
        let franchise = reader.franchise()
        let order = Dictionary(uniqueKeysWithValues: fileNames.enumerated().map { ($1, $0) })
        let faults = reader.faults.sorted { (order[$0.file] ?? 0, $0.line) < (order[$1.file] ?? 0, $1.line) }
        return faults.isEmpty ? .success(franchise) : .failure(TableFaults(faults))
    }
}
