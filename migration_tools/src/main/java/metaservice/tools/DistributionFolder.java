package metaservice.tools;

import java.nio.file.Path;

/** The folder of the distribution that this program belongs to. */
public final class DistributionFolder {

    /** System property that the start script sets. */
    private static final String PROPERTY = "metaservice.home";

    private DistributionFolder() {}

    /** The folder with {@code bin}, {@code lib} and {@code services}; the working directory without the start script. */
    public static Path path() {
        return Path.of(System.getProperty(PROPERTY, "."));
    }
}
