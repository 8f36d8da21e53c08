package metaservice.settings;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Settings that are passed to every service version.
 *
 * @param pathPrefix prefix of every path of the service; empty, or starts with a slash and does not end with one
 * @param maxBodyBytes largest request body in bytes, 1 or more
 * @param allowedOrigins origins whose pages may use the service from a browser; {@code *} allows all; empty: none
 * @param tables names of the tables
 * @param triggers whether to create triggers that notify of changes
 * @param schema schema in which the operator expects the tables; empty: the one that the search path finds
 * @param inactiveCutoff age of the last heartbeat at which an unfinished run counts as failed
 */
public record ServiceOptions(
        String pathPrefix,
        int maxBodyBytes,
        List<String> allowedOrigins,
        TableNames tables,
        boolean triggers,
        Optional<String> schema,
        Duration inactiveCutoff) {

    /** Copies the list. */
    public ServiceOptions {
        allowedOrigins = List.copyOf(allowedOrigins);
    }
}
