extension Schema {
    /// Where an elder lived before: `street|last day` one after the other, as money of a day depends on the street of that day.
    static let m0036_streets = """
        ALTER TABLE elder ADD COLUMN streets TEXT NOT NULL DEFAULT '';
        """
}
