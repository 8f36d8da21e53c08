package metaservice.conformance;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Where transcripts are played.
 *
 * @param services address of each service that transcripts may ask for, by its name ({@code metadata}, {@code
 *     migration}, …)
 * @param database the database behind the services; without it nothing is emptied, and steps that need it fail
 * @param schemas folder with the schemas that a database can be rebuilt with
 * @param tool command that runs the migration tool; empty if there is none, then steps that need it fail
 * @param timeout longest wait for an answer
 */
public record Stage(
        Map<String, URI> services, Optional<DataSource> database, Path schemas, List<String> tool, Duration timeout) {

    /** As long as the slowest recorded answer may take. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(90);

    /** Copies map and list. */
    public Stage {
        services = Map.copyOf(services);
        tool = List.copyOf(tool);
    }
}
