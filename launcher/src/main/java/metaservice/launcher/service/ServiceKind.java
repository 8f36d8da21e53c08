package metaservice.launcher.service;

import java.util.regex.Pattern;

/**
 * A kind of service, such as {@code metadata}. Each kind has its own listener, supervisor and versions.
 *
 * @param name lower-case letters, digits and hyphens, a letter first
 */
public record ServiceKind(String name) {

    // Before the constants below, whose constructors need it.
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,31}");

    /** The metadata service. The floor of the database is a version of this kind. */
    public static final ServiceKind METADATA = new ServiceKind("metadata");

    /** Checks the name. */
    public ServiceKind {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "service kind '" + name + "': expected lower-case letters, digits and hyphens, a letter first");
        }
    }

    /** The name. */
    @Override
    public String toString() {
        return name;
    }
}
