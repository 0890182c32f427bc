extension Schema {
    /// How many orders an opening window of a provider takes for the time being; empty for as many as its file says.
    static let m0024_capacity = """
        ALTER TABLE provider ADD COLUMN capacity INTEGER CHECK (capacity >= 0);
        """
}
