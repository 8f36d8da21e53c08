package metaservice.embedded;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import javax.sql.DataSource;
import metaservice.settings.DatabaseConfig;
import metaservice.settings.DatabaseServer;
import metaservice.settings.DatabaseServerException;
import metaservice.settings.Setting;
import org.postgresql.PGConnection;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.util.PSQLState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL for trying things out, whose data are in a {@link DataFolder}. It listens on the loopback interface only, on
 * a free port, and every connection needs the password of the {@link PasswordFile}. Used by one thread.
 */
final class EmbeddedDatabase implements DatabaseServer {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedDatabase.class);

    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration RELOAD_TIMEOUT = Duration.ofSeconds(20);
    private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(50);

    /** The driver's answer if the server asks for a password and none is given. */
    private static final String PASSWORD_NEEDED = PSQLState.CONNECTION_REJECTED.getState();

    private static final String PASSWORD_REFUSED = PSQLState.INVALID_PASSWORD.getState();

    private final DataFolder folder;
    private final boolean fresh;
    private final Map<String, String> environment;
    private final Duration startTimeout;

    private EmbeddedPostgres postgres;

    /**
     * Describes the database; starts nothing.
     *
     * @param folder where the data are; it is made if it does not exist
     * @param fresh whether existing data in the folder are deleted first
     * @param major the major version of the bundled PostgreSQL, as the file PG_VERSION spells it
     * @param environment the settings of the connection pool; variables that name a database are ignored
     */
    EmbeddedDatabase(Path folder, boolean fresh, String major, Map<String, String> environment) {
        this(folder, fresh, major, environment, START_TIMEOUT);
    }

    /** The same, with a limit that suits a test. */
    EmbeddedDatabase(Path folder, boolean fresh, String major, Map<String, String> environment, Duration startTimeout) {
        this.folder = new DataFolder(folder, major);
        this.fresh = fresh;
        this.environment = withoutDatabase(environment);
        this.startTimeout = startTimeout;
    }

    /** The environment without the variables that name a database, a user or a password. */
    private static Map<String, String> withoutDatabase(Map<String, String> environment) {
        Map<String, String> rest = new HashMap<>(environment);
        rest.keySet().removeIf(EmbeddedDatabase::namesDatabase);
        return rest;
    }

    private static boolean namesDatabase(String variable) {
        boolean ofPool = variable.startsWith(Setting.DATABASE_PREFIX + "POOL_")
                || variable.equals(Setting.DATABASE_PREFIX + "TIMEOUT");
        return variable.startsWith(Setting.MIGRATION_DATABASE_PREFIX)
                || (variable.startsWith(Setting.DATABASE_PREFIX) && !ofPool);
    }

    @Override
    public DatabaseConfig start() throws DatabaseServerException {
        try {
            folder.open(fresh);
            boolean initialized = folder.keepOnlyInitialized();
            boolean open = initialized && folder.accessRules().acceptWithoutPassword();
            String password = initialized && !open
                    ? existingPassword()
                    : folder.passwordFile().create();
            postgres = startPostgres(password);
            DatabaseConfig config = config(postgres.getPort(), password);
            if (open) {
                requirePassword(config, password);
            }
            return config;
        } catch (AccessDeniedException e) {
            throw folder.failed("the folder cannot be used: access denied to " + e.getFile(), e);
        } catch (IOException | UncheckedIOException | IllegalStateException e) {
            throw folder.failed(e + folder.lastLogLine(), e);
        }
    }

    private String existingPassword() throws IOException, DatabaseServerException {
        return folder.passwordFile()
                .read()
                .orElseThrow(() -> folder.failed(
                        "the file " + folder.passwordFile().path()
                                + " with the password is missing; restore it, or start afresh with --fresh",
                        null));
    }

    /** Starts PostgreSQL; makes the data directory if it does not exist. */
    private EmbeddedPostgres startPostgres(String password) throws IOException, DatabaseServerException {
        ProcessBuilder.Redirect output =
                ProcessBuilder.Redirect.appendTo(folder.log().toFile());
        try {
            return EmbeddedPostgres.builder()
                    .setDataDirectory(folder.data())
                    .setCleanDataDirectory(false)
                    // It is stopped by close(), after the requests in flight.
                    .setRegisterShutdownHook(false)
                    .setPGStartupWait(startTimeout)
                    .setOutputRedirector(output)
                    .setErrorRedirector(output)
                    // Options of initdb. The library passes "-A trust" first, and the last one counts.
                    .setLocaleConfig("auth", AccessRules.METHOD)
                    .setLocaleConfig("pwfile", folder.passwordFile().path().toString())
                    // For the connections with which the library finds out whether the server is ready.
                    .setConnectConfig("password", password)
                    // The library's values suit tests: it switches these off and opens sockets in a shared folder.
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("unix_socket_directories", "")
                    .start();
        } catch (IOException | RuntimeException e) {
            // The library leaves a server that it cannot connect to running.
            folder.stopServer();
            if (isRefusedPassword(e)) {
                throw folder.failed(
                        "the password in " + folder.passwordFile().path()
                                + " is not the one of the database; restore it, or start afresh with --fresh",
                        e);
            }
            throw e;
        }
    }

    private static boolean isRefusedPassword(Exception failure) {
        return failure.getCause() instanceof SQLException cause && PASSWORD_REFUSED.equals(cause.getSQLState());
    }

    /**
     * Gives the superuser a password and closes a server that an earlier version of this program made, which accepts
     * connections without one. If this is interrupted, the next start does it again with a new password.
     */
    private void requirePassword(DatabaseConfig config, String password) throws IOException, DatabaseServerException {
        try (Connection connection = config.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            // Sends a hash, so the password cannot get into the server's log.
            connection
                    .unwrap(PGConnection.class)
                    .alterUserPassword(config.jdbcProperties().get("user"), password.toCharArray(), AccessRules.METHOD);
            folder.accessRules().requirePassword();
            statement.execute("SELECT pg_reload_conf()");
            awaitPasswordNeeded(config);
            LOG.info(
                    "The embedded PostgreSQL accepted connections without a password; from now on it needs the one in {}",
                    folder.passwordFile().path());
        } catch (SQLException e) {
            throw folder.failed("the database cannot be given a password: " + e.getMessage(), e);
        }
    }

    /** The server reloads its rules soon after it was asked to, not at once. */
    private void awaitPasswordNeeded(DatabaseConfig config) throws DatabaseServerException {
        PGSimpleDataSource withoutPassword = new PGSimpleDataSource();
        withoutPassword.setUrl(config.jdbcUrl());
        withoutPassword.setUser(config.jdbcProperties().get("user"));
        long deadline = System.nanoTime() + RELOAD_TIMEOUT.toNanos();
        while (acceptsConnection(withoutPassword)) {
            if (System.nanoTime() - deadline > 0) {
                throw folder.failed(
                        "it still accepts connections without a password after " + RELOAD_TIMEOUT.toSeconds()
                                + " s; see " + folder.data().resolve("pg_hba.conf"),
                        null);
            }
            pause();
        }
    }

    private void pause() throws DatabaseServerException {
        try {
            Thread.sleep(BETWEEN_ATTEMPTS.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw folder.failed("interrupted", e);
        }
    }

    private static boolean acceptsConnection(DataSource dataSource) {
        try {
            dataSource.getConnection().close();
            return true;
        } catch (SQLException e) {
            return !PASSWORD_NEEDED.equals(e.getSQLState());
        }
    }

    private DatabaseConfig config(int port, String password) {
        Map<String, String> variables = new HashMap<>(environment);
        variables.put(Setting.DB_HOST.name(), "localhost");
        variables.put(Setting.DB_PORT.name(), Integer.toString(port));
        variables.put(Setting.DB_PSWD.name(), password);
        return DatabaseConfig.fromEnvironment(variables);
    }

    @Override
    public void close() {
        try {
            if (postgres != null) {
                postgres.close();
            }
            folder.close();
        } catch (IOException e) {
            LOG.warn("The embedded PostgreSQL in {} could not be stopped properly", folder.path(), e);
        }
    }
}
