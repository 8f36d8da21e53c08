package metaservice.kit;

/** What every service says of itself. */
public final class Admin {

    private final Database database;
    private final String serviceVersion;

    /** Speaks for one service. */
    public Admin(Database database, String serviceVersion) {
        this.database = database;
        this.serviceVersion = serviceVersion;
    }

    /** {@code pong}; never waits for anything. */
    public Answer ping(Request request) {
        return Answer.text("pong");
    }

    /** The service version as a text. */
    public Answer version(Request request) {
        return Answer.text(serviceVersion);
    }

    /** Whether the database answers: JSON inside a JSON string, as in the reference; 503 if it does not. */
    public Answer health(Request request) {
        return database.isUp()
                ? Answer.jsonString(200, "{\"status\": \"UP\"}")
                : Answer.jsonString(503, "{\"status\": \"DOWN\"}").with("Retry-After", "1");
    }
}
