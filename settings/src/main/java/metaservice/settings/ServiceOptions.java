package metaservice.settings;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the operator chose for all service versions.
 *
 * @param pathPrefix put before every path of the service; empty, or begins with a slash and does not end with one
 * @param maxBodyBytes longest request body that is read, 1 or more
 * @param allowedOrigins origins whose pages may use the service from a browser; {@code *} stands for all of them; empty:
 *     none
 * @param tables what the tables are called
 * @param triggerSchema where triggers that notify of changes are wanted; empty if nowhere
 * @param inactiveCutoff age of a heartbeat from which an unfinished run counts as failed
 */
public record ServiceOptions(
        String pathPrefix,
        int maxBodyBytes,
        List<String> allowedOrigins,
        TableNames tables,
        Optional<String> triggerSchema,
        Duration inactiveCutoff) {

    /** Copies the list. */
    public ServiceOptions {
        allowedOrigins = List.copyOf(allowedOrigins);
    }
}
