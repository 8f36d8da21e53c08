package metaservice.kit;

/** The endpoints that concern the service itself: ping, version, health. Thread-safe. */
public final class Admin {

    private final Database database;
    private final String serviceVersion;

    /** The endpoints of one service. */
    public Admin(Database database, String serviceVersion) {
        this.database = database;
        this.serviceVersion = serviceVersion;
    }

    /** Answers {@code pong}; never blocks. */
    public Answer ping(Request request) {
        return Answer.text("pong");
    }

    /** Answers the service version as plain text. */
    public Answer version(Request request) {
        return Answer.text(serviceVersion);
    }

    /**
     * Answers whether the database is available: 200 or 503. The body is JSON inside a JSON string, as in the reference.
     */
    public Answer health(Request request) {
        return database.isUp()
                ? Answer.jsonString(200, "{\"status\": \"UP\"}")
                : Answer.jsonString(503, "{\"status\": \"DOWN\"}").with("Retry-After", "1");
    }
}
