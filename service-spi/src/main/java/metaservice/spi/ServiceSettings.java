package metaservice.spi;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the operator chose for all service versions; a version that does not know a setting ignores it.
 *
 * @param pathPrefix put before every path of the service, {@code /ping} too; empty, or begins with a slash and does not
 *     end with one (reference: {@code PATH_PREFIX}, from 2.x on)
 * @param maxBodyBytes longest request body that is read; longer ones are answered with 413
 * @param allowedOrigins pages of these origins may use the service from a browser; {@code *} stands for all of them;
 *     empty: none, and the service does not answer such questions at all
 * @param tables what the tables are called
 * @param triggerSchema where triggers that notify of changes are wanted; empty if nowhere (reference: {@code
 *     DB_TRIGGER_CREATE} and {@code DB_SCHEMA_NAME})
 * @param inactiveCutoff age of a heartbeat from which an unfinished run counts as failed
 */
public record ServiceSettings(
        String pathPrefix,
        int maxBodyBytes,
        List<String> allowedOrigins,
        Tables tables,
        Optional<String> triggerSchema,
        Duration inactiveCutoff) {

    /** The reference's defaults, and 16 MiB for a body. */
    public static final ServiceSettings DEFAULTS =
            new ServiceSettings("", 16 << 20, List.of(), Tables.DEFAULT, Optional.empty(), Duration.ofMinutes(6));

    /** Checks the form of the prefix and copies the list. */
    public ServiceSettings {
        allowedOrigins = List.copyOf(allowedOrigins);
        if (!pathPrefix.isEmpty() && (!pathPrefix.startsWith("/") || pathPrefix.endsWith("/"))) {
            throw new IllegalArgumentException(
                    "path prefix '" + pathPrefix + "': expected to begin with / and not to end with it");
        }
        if (maxBodyBytes < 1) {
            throw new IllegalArgumentException("longest body " + maxBodyBytes + ": expected at least 1 byte");
        }
    }
}
