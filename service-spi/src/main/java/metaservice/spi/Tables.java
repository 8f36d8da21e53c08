package metaservice.spi;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What the six tables are called (reference: {@code DB_TABLE_NAME_...}). The names go into SQL as they are, so nothing but
 * plain identifiers is taken: letters, digits and underscores, at most 63 of them, after a schema and a dot if need be.
 */
public record Tables(String flows, String runs, String steps, String tasks, String metadata, String artifacts) {

    private static final Pattern NAME = Pattern.compile("([A-Za-z_][A-Za-z0-9_]{0,62}\\.)?[A-Za-z_][A-Za-z0-9_]{0,62}");

    /** The names that the migrations give them. */
    public static final Tables DEFAULT =
            new Tables("flows_v3", "runs_v3", "steps_v3", "tasks_v3", "metadata_v3", "artifact_v3");

    /** Checks the form of the names. */
    public Tables {
        for (String name : List.of(flows, runs, steps, tasks, metadata, artifacts)) {
            if (!isName(name)) {
                throw new IllegalArgumentException("table '" + name + "': expected an identifier");
            }
        }
    }

    /** Whether a text may be the name of a table. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }
}
