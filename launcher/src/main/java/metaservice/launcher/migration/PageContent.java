package metaservice.launcher.migration;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import metaservice.migrations.Node;
import metaservice.migrations.SchemaStatus;
import metaservice.migrations.SchemaVersion;

/**
 * What the page shows.
 *
 * @param database name of the database, without secrets
 * @param self this process
 * @param upgradeEndpoint whether {@code /upgrade} is offered
 * @param now when the rest was read
 * @param state what the database says; empty if it does not answer
 * @param problem one sentence if the database does not answer, otherwise empty
 */
record PageContent(
        String database, Node self, boolean upgradeEndpoint, Instant now, Optional<State> state, String problem) {

    /**
     * What the database says.
     *
     * @param descriptions of all bundled migrations, ascending
     */
    record State(SchemaStatus schema, Map<SchemaVersion, String> descriptions, Nodes.Found nodes) {

        /** Copies the map and keeps its order. */
        State {
            descriptions = Collections.unmodifiableMap(new LinkedHashMap<>(descriptions));
        }

        /** Whether the migration to a version is applied, by its number: a newer build may have applied more. */
        boolean isApplied(SchemaVersion version) {
            return version.compareTo(schema.schemaVersion()) <= 0;
        }

        boolean isRunning(SchemaVersion version) {
            return schema.running().flatMap(running -> running.version()).equals(Optional.of(version));
        }

        long pending() {
            return descriptions.keySet().stream()
                    .filter(version -> !isApplied(version))
                    .count();
        }

        SchemaVersion newest() {
            return schema.bundled().get(schema.bundled().size() - 1);
        }
    }
}
