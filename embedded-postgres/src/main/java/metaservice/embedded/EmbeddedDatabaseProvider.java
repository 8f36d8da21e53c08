package metaservice.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import metaservice.settings.DatabaseServer;
import metaservice.settings.DatabaseServerProvider;

/** Found by {@link java.util.ServiceLoader}. */
public final class EmbeddedDatabaseProvider implements DatabaseServerProvider {

    @Override
    public DatabaseServer server(Path folder, boolean fresh, Map<String, String> environment) {
        return new EmbeddedDatabase(folder, fresh, major(), environment);
    }

    /** The major version of the bundled PostgreSQL, as the file PG_VERSION of a data directory spells it. */
    static String major() {
        Properties properties = new Properties();
        try (InputStream in = EmbeddedDatabaseProvider.class.getResourceAsStream("build.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException("build.properties of embedded-postgres", e);
        }
        String version = properties.getProperty("postgresql");
        return version.substring(0, version.indexOf('.'));
    }
}
