package metaservice.spi;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Names of the six tables (reference: {@code DB_TABLE_NAME_...}). The names are put into SQL text unquoted, so only plain
 * identifiers are accepted: letters, digits and underscores, at most 63 of them, optionally after a schema and a dot.
 */
public record Tables(String flows, String runs, String steps, String tasks, String metadata, String artifacts) {

    private static final Pattern NAME = Pattern.compile("([A-Za-z_][A-Za-z0-9_]{0,62}\\.)?[A-Za-z_][A-Za-z0-9_]{0,62}");

    /** The names that the migrations use. */
    public static final Tables DEFAULT =
            new Tables("flows_v3", "runs_v3", "steps_v3", "tasks_v3", "metadata_v3", "artifact_v3");

    /**
     * Checks the form of the names.
     *
     * @throws IllegalArgumentException if one is not an identifier
     */
    public Tables {
        for (String name : List.of(flows, runs, steps, tasks, metadata, artifacts)) {
            if (!isName(name)) {
                throw new IllegalArgumentException("table '" + name + "': expected an identifier");
            }
        }
    }

    /** Whether a text is accepted as the name of a table. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }
}
