package metaservice.settings;

import java.util.regex.Pattern;

/**
 * Names of the six tables: identifiers of at most 63 letters, digits and underscores, optionally preceded by a schema
 * name and a dot.
 */
public record TableNames(String flows, String runs, String steps, String tasks, String metadata, String artifacts) {

    /** Pattern of a table name. */
    static final Pattern NAME = Pattern.compile("([A-Za-z_][A-Za-z0-9_]{0,62}\\.)?[A-Za-z_][A-Za-z0-9_]{0,62}");
}
