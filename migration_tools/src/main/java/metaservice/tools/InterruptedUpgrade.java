package metaservice.tools;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.net.URI;
import java.util.Optional;

/**
 * Finds the outcome of an upgrade whose response was lost, in the status of the service. The status has the last upgrade
 * of the database, which may be an older one: it counts if it was seen running, or if it was not there before. Not
 * thread-safe.
 */
final class InterruptedUpgrade {

    private final URI service;

    /** Whether an upgrade was running when the status was read last. */
    private boolean wasRunning;

    /** The last upgrade in the first status in which none ran; empty before that. */
    private Optional<JsonNode> lastBefore = Optional.empty();

    InterruptedUpgrade(URI service) {
        this.service = service;
    }

    /** Whether an upgrade runs on the database, on any node. */
    boolean isRunning(JsonNode status) {
        boolean running = status.path("migration_in_progress").asBoolean();
        wasRunning |= running;
        return running;
    }

    /** The outcome, while no upgrade runs; empty if the upgrade must be requested again, because nothing shows its end. */
    Optional<Outcome> outcome(JsonNode status) {
        JsonNode last = status.has("last_upgrade") ? status.get("last_upgrade") : MissingNode.getInstance();
        boolean isNew =
                wasRunning || lastBefore.map(before -> !before.equals(last)).orElse(false);
        boolean failed = last.path("outcome").asText().equals("failed");
        if (failed && isNew) {
            return Optional.of(new Outcome.Failed(
                    service + ": the upgrade failed: " + last.path("detail").asText()));
        }
        // If the last upgrade failed and may be ours, the request is repeated, also on the newest schema: it repairs.
        if (status.path("is_up_to_date").asBoolean() && (!failed || lastBefore.isPresent())) {
            return Optional.of(new Outcome.Done(MigrationClient.UPGRADED));
        }
        lastBefore = Optional.of(last);
        wasRunning = false;
        return Optional.empty();
    }
}
