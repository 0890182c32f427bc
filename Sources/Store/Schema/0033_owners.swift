extension Schema {
    /// A token is somebody's: of whoever made it, as the log knows. Those made at the command line are nobody's.
    static let m0033_owners = """
        ALTER TABLE api_token ADD COLUMN owner TEXT;
        UPDATE api_token SET owner =
            (SELECT MAX(e.actor) FROM event e WHERE e.subject = SUBSTR(api_token.sha256, 1, 16) AND e.type = 'token.created' AND e.actor <> 'system');
        """
}
