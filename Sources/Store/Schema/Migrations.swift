extension Migrator {
    /// Every change of the schema that has ever been released, in order. Released text is frozen: add a number, never edit one.
    public static let all = Migrator([
        Migration(number: 1, name: "registry", sql: Schema.m0001_registry),
        Migration(number: 2, name: "orders", sql: Schema.m0002_orders),
        Migration(number: 3, name: "money", sql: Schema.m0003_money),
        Migration(number: 4, name: "access", sql: Schema.m0004_access),
        Migration(number: 5, name: "notify", sql: Schema.m0005_notify),
        Migration(number: 6, name: "search", sql: Schema.m0006_search),
        Migration(number: 7, name: "standing", sql: Schema.m0007_standing),
        Migration(number: 8, name: "match", sql: Schema.m0008_match),
        Migration(number: 9, name: "budgets", sql: Schema.m0009_budgets),
        Migration(number: 10, name: "settlement", sql: Schema.m0010_settlement),
        Migration(number: 11, name: "dayplan", sql: Schema.m0011_dayplan),
        Migration(number: 12, name: "api", sql: Schema.m0012_api),
        Migration(number: 13, name: "messages", sql: Schema.m0013_messages),
        Migration(number: 14, name: "papers", sql: Schema.m0014_papers),
        Migration(number: 15, name: "truth", sql: Schema.m0015_truth),
        Migration(number: 16, name: "closing", sql: Schema.m0016_closing),
        Migration(number: 17, name: "second_worker", sql: Schema.m0017_second_worker),
        Migration(number: 18, name: "guard", sql: Schema.m0018_guard),
        Migration(number: 19, name: "desk", sql: Schema.m0019_desk),
        Migration(number: 20, name: "runs", sql: Schema.m0020_runs),
        Migration(number: 21, name: "kept", sql: Schema.m0021_kept),
        Migration(number: 22, name: "lines", sql: Schema.m0022_lines),
        Migration(number: 23, name: "stopped", sql: Schema.m0023_stopped),
        Migration(number: 24, name: "capacity", sql: Schema.m0024_capacity),
        Migration(number: 25, name: "bonus", sql: Schema.m0025_bonus),
        Migration(number: 26, name: "payout", sql: Schema.m0026_payout),
        Migration(number: 27, name: "stops", sql: Schema.m0027_stops),
        Migration(number: 28, name: "once", sql: Schema.m0028_once),
        Migration(number: 29, name: "payout_lists", sql: Schema.m0029_payout_lists),
        Migration(number: 30, name: "sums", sql: Schema.m0030_sums) { tx in try tx.budgets.keepMonths() },
        Migration(number: 31, name: "samples", sql: Schema.m0031_samples),
        Migration(number: 32, name: "waiting", sql: Schema.m0032_waiting),
        Migration(number: 33, name: "owners", sql: Schema.m0033_owners),
        Migration(number: 34, name: "payees", sql: Schema.m0034_payees),
        Migration(number: 35, name: "photos", sql: Schema.m0035_photos),
        Migration(number: 36, name: "streets", sql: Schema.m0036_streets),
    ])
}

/// The text of each migration, in the common dialect (INTEGER stands for 64 bits, BLOB for bytes; the migrator translates for PostgreSQL).
enum Schema {}
