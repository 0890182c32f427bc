extension Schema {
    /// The places of one day, for those who look at whole days: the plan of a day and the run over standing orders.
    static let m0020_runs = """
        CREATE INDEX slot_load_day ON slot_load (date, provider_id, opens);
        """
}
