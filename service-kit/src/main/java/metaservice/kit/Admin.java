package metaservice.kit;

import java.util.concurrent.CompletionStage;
import metaservice.spi.Health;

/** The endpoints that concern the service itself: ping, version, health, readiness. Thread-safe. */
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

    /**
     * Answers whether requests can be served now: 200, or 503 with the reason. Unlike {@link #health} it uses no connection
     * of the pool and no worker, so it answers within two seconds even if the database hangs.
     */
    public CompletionStage<Answer> ready(Request request) {
        return database.check().thenApply(Admin::readiness);
    }

    private static Answer readiness(Health health) {
        Answer answer = Answer.json(health.up() ? 200 : 503, json -> {
            json.writeStartObject();
            json.writeBooleanField("ready", health.up());
            if (!health.up()) {
                json.writeStringField("message", health.detail());
            }
            json.writeEndObject();
        });
        return health.up() ? answer : answer.with("Retry-After", "1");
    }
}
