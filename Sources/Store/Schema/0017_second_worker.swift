extension Schema {
    /// Some services need two people; the order names both.
    static let m0017_second_worker = """
        ALTER TABLE service_order ADD COLUMN second_worker_id TEXT;
        """
}
