extension Schema {
    /// Elders are found by the last four digits of a telephone number.
    static let m0006_search = """
        CREATE INDEX elder_phone_tail ON elder_phone (SUBSTR(number, LENGTH(number) - 3), elder_id);
        """
}
