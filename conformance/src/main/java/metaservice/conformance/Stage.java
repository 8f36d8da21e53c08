package metaservice.conformance;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * The services, the database and the tool that transcripts are played against.
 *
 * @param services address of each service, by the name that transcripts use ({@code metadata}, {@code migration}, …)
 * @param database the database of the services; if empty, no table is emptied, and steps that need a database fail
 * @param schemas folder with the SQL files from which a database can be rebuilt
 * @param tool command that runs the migration tool; if empty, steps that need it fail
 * @param timeout limit for connecting, for each read of an answer, and for one run of the tool
 */
public record Stage(
        Map<String, URI> services, Optional<DataSource> database, Path schemas, List<String> tool, Duration timeout) {

    /** 90 s, the longest time that a recorded answer may take. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(90);

    /** Copies map and list. */
    public Stage {
        services = Map.copyOf(services);
        tool = List.copyOf(tool);
    }
}
