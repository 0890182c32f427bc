extension Schema {
    /// The few lines of a month that wait for a person or are refused, found without reading all the others.
    static let m0023_stopped = """
        CREATE INDEX statement_line_stopped ON statement_line (month, provider_id, ordinal) WHERE verdict <> 'paid';
        """
}
