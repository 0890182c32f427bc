extension Eligibility {
    /// Whether someone may draw; the reason does not matter here.
    public func admits(_ who: Beneficiary) -> Bool { refusal(who) == nil }
}
