package metaservice.migrations;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Version of one bundled metadata service, such as {@code 2.5.1}. Compares by parts: 2.10.0 is newer than 2.9.0.
 *
 * @param major 0 or more
 * @param minor 0 or more
 * @param patch 0 or more
 */
public record ServiceVersion(int major, int minor, int patch) implements Comparable<ServiceVersion> {

    private static final Pattern FORM = Pattern.compile("([0-9]{1,9})\\.([0-9]{1,9})\\.([0-9]{1,9})");
    private static final Comparator<ServiceVersion> BY_PARTS = Comparator.comparingInt(ServiceVersion::major)
            .thenComparingInt(ServiceVersion::minor)
            .thenComparingInt(ServiceVersion::patch);

    /** Rejects negative parts. */
    public ServiceVersion {
        if (major < 0 || minor < 0 || patch < 0) {
            throw new IllegalArgumentException(
                    "service version " + major + "." + minor + "." + patch + ": expected parts of 0 or more");
        }
    }

    /**
     * Reads the format of {@link #toString()}.
     *
     * @throws IllegalArgumentException unless the text is three numbers separated by dots
     */
    public static ServiceVersion parse(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("service version '" + text + "': expected a form like 3.0.0");
        }
        return new ServiceVersion(
                Integer.parseInt(parts.group(1)), Integer.parseInt(parts.group(2)), Integer.parseInt(parts.group(3)));
    }

    @Override
    public int compareTo(ServiceVersion other) {
        return BY_PARTS.compare(this, other);
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + patch;
    }
}
