package metaservice.launcher.service;

import java.util.regex.Pattern;

/**
 * What a bundled service is, such as {@code metadata}. Each kind that runs has a listener, a supervisor and versions of its
 * own.
 *
 * @param name lower-case letters, digits and hyphens, a letter first
 */
public record ServiceKind(String name) {

    // Before the constants below, whose constructors need it.
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,31}");

    /** The metadata service: the kind whose versions the floor of the database speaks of. */
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
