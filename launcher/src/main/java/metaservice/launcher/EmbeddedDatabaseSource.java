package metaservice.launcher;

import java.io.IOException;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import metaservice.launcher.service.ContextLoader;
import metaservice.settings.DatabaseConfig;
import metaservice.settings.DatabaseServer;
import metaservice.settings.DatabaseServerException;
import metaservice.settings.DatabaseServerProvider;
import metaservice.settings.Setting;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The database of {@code --embedded}. Its library is loaded when it is opened. Used by one thread. */
final class EmbeddedDatabaseSource implements DatabaseSource {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedDatabaseSource.class);

    private final Path library;
    private final Path folder;
    private final boolean fresh;
    private final Map<String, String> environment;

    private URLClassLoader loader;
    private DatabaseServer server;

    /**
     * Describes the database; nothing is loaded or started yet.
     *
     * @param library the folder with the library's jars; it need not exist, and the image has none
     * @param folder where the data are
     * @param fresh whether existing data are deleted first
     * @param environment the settings of the connection pool; variables that name a database are ignored
     */
    EmbeddedDatabaseSource(Path library, Path folder, boolean fresh, Map<String, String> environment) {
        this.library = library;
        this.folder = folder;
        this.fresh = fresh;
        this.environment = environment;
    }

    @Override
    public DatabaseConfig open() throws StartFailedException {
        if (!Files.isDirectory(library)) {
            throw new StartFailedException(
                    "This distribution comes without the embedded PostgreSQL: set " + Setting.DATABASE_PREFIX
                            + "HOST and its companions to use a database of yours.",
                    null);
        }
        try {
            loader = LibraryLoader.open("embedded", library);
            server = ContextLoader.call(
                    loader,
                    () -> LibraryLoader.find(DatabaseServerProvider.class, loader)
                            .server(folder, fresh, environment));
            return ContextLoader.call(loader, server::start);
        } catch (DatabaseServerException e) {
            throw new StartFailedException(e.getMessage(), e);
        } catch (IOException | LinkageError e) {
            throw new StartFailedException(
                    "The library of the embedded PostgreSQL in " + library + " cannot be used: " + e + ".", e);
        }
    }

    @Override
    public void close() {
        if (server != null) {
            ContextLoader.run(loader, server::close);
        }
        if (loader != null) {
            try {
                loader.close();
            } catch (IOException e) {
                LOG.warn("The library of the embedded PostgreSQL could not be closed", e);
            }
        }
    }
}
