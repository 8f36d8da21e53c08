package metaservice.launcher.service;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import metaservice.spi.ServiceSettings;
import metaservice.spi.Tables;

/** The operator's settings for all services; {@link ServiceSettings} describes each of them. */
public record SettingsValues(
        String pathPrefix,
        int maxBodyBytes,
        List<String> allowedOrigins,
        Tables tables,
        Optional<String> triggerSchema,
        Duration inactiveCutoff)
        implements ServiceSettings {

    /** The defaults of the reference, and 16 MiB as the limit of a body. */
    public static final SettingsValues DEFAULTS =
            new SettingsValues("", 16 << 20, List.of(), Tables.DEFAULT, Optional.empty(), Duration.ofMinutes(6));

    /** Checks the values and copies the list. */
    public SettingsValues {
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
