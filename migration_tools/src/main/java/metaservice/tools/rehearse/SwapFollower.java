package metaservice.tools.rehearse;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import metaservice.migrations.ServiceVersion;
import metaservice.tools.database.DatabaseProblem;

/**
 * Reads from the migration API which service a launcher runs.
 *
 * @param client sends the requests
 * @param migration address of the migration service
 */
record SwapFollower(ServiceClient client, URI migration) {

    private static final Duration POLL = Duration.ofMillis(100);

    /** Failed attempts after which a swap counts as failed. */
    private static final int MOST_ATTEMPTS = 3;

    /** The version that serves now. */
    String serving() throws DatabaseProblem, InterruptedException {
        return status().path("service").path("version").asText();
    }

    /**
     * Waits until the newest compatible service serves.
     *
     * @return its version
     * @throws DatabaseProblem if it does not serve in time, or could not be started
     */
    String await(Duration timeout) throws DatabaseProblem, InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        while (true) {
            JsonNode status = status();
            Optional<String> newest = newestCompatible(status);
            JsonNode service = status.path("service");
            JsonNode swap = status.path("swap");
            boolean serves = service.path("state").asText().equals("serving")
                    && newest.equals(Optional.of(service.path("version").asText()));
            if (serves && !swap.path("state").asText().equals("starting")) {
                return newest.get();
            }
            if (swap.path("state").asText().equals("failed")
                    && swap.path("attempts").asInt() >= MOST_ATTEMPTS) {
                throw new DatabaseProblem(
                        "The service " + swap.path("to").asText() + " could not be started on the upgraded copy: "
                                + swap.path("reason").asText());
            }
            if (System.nanoTime() - end > 0) {
                throw new DatabaseProblem("The launcher on the copy did not swap to "
                        + newest.orElse("a compatible service") + " within " + timeout.toSeconds() + " s.");
            }
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        }
    }

    private JsonNode status() throws DatabaseProblem, InterruptedException {
        return client.get(migration, "/db_schema_status").json();
    }

    private static Optional<String> newestCompatible(JsonNode status) {
        return StreamSupport.stream(status.path("candidates").spliterator(), false)
                .filter(candidate -> candidate.path("compatible").asBoolean())
                .map(candidate -> candidate.path("version").asText())
                .max(Comparator.comparing(ServiceVersion::parse));
    }
}
