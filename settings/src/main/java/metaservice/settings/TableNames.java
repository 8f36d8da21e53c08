package metaservice.settings;

import java.util.regex.Pattern;

/**
 * What the six tables are called: plain identifiers of letters, digits and underscores, at most 63 of them, after a schema
 * and a dot if need be.
 */
public record TableNames(String flows, String runs, String steps, String tasks, String metadata, String artifacts) {

    /** What the name of a table looks like. */
    static final Pattern NAME = Pattern.compile("([A-Za-z_][A-Za-z0-9_]{0,62}\\.)?[A-Za-z_][A-Za-z0-9_]{0,62}");
}
