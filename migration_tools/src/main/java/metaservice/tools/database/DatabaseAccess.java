package metaservice.tools.database;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.sql.DataSource;
import metaservice.settings.DatabaseConfig;

/**
 * One database, reached as migrations reach it. Immutable.
 *
 * @param config how to connect
 */
public record DatabaseAccess(DatabaseConfig config) {

    /** The oldest server whose catalog has what this build reads from it. */
    private static final int OLDEST_SERVER = 100_000;

    /** Kept in a field, so that its level stays: the log messages of the driver are also in its exceptions. */
    private static final Logger DRIVER = Logger.getLogger("org.postgresql");

    private static final String FACTS = """
            SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS version,
                   pg_is_in_recovery() AS replica, current_setting('transaction_read_only') = 'on' AS read_only
            """;

    /**
     * What matters about a server.
     *
     * @param number such as 170002
     * @param readOnly whether it is a replica, or its sessions are read-only by default
     */
    public record Server(int number, boolean readOnly) {}

    /**
     * Reads the settings of the database; see {@link DatabaseConfig#fromEnvironment}.
     *
     * @throws metaservice.settings.InvalidConfigException if values are malformed
     */
    public static DatabaseAccess fromEnvironment(Map<String, String> environment) {
        DRIVER.setLevel(Level.OFF);
        return new DatabaseAccess(DatabaseConfig.fromEnvironment(environment).forMigrations());
    }

    /** Opens a new connection for each call. */
    public DataSource dataSource() {
        return config.dataSource();
    }

    /**
     * Connects and checks the server.
     *
     * @throws DatabaseProblem if it cannot be reached, or is too old
     */
    public Server check() throws DatabaseProblem {
        try (Connection connection = dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(FACTS)) {
            row.next();
            if (row.getInt("number") < OLDEST_SERVER) {
                throw new DatabaseProblem("Database " + name() + " is PostgreSQL " + row.getString("version")
                        + "; expected PostgreSQL " + OLDEST_SERVER / 10_000 + " or newer.");
            }
            return new Server(row.getInt("number"), row.getBoolean("replica") || row.getBoolean("read_only"));
        } catch (SQLException e) {
            throw problem(e);
        }
    }

    /**
     * The same for a command that writes.
     *
     * @throws DatabaseProblem also if the server is a read-only replica
     */
    public Server checkWritable() throws DatabaseProblem {
        Server server = check();
        if (server.readOnly()) {
            throw new DatabaseProblem("Database " + name()
                    + " is read-only, such as a replica; expected the primary server (MF_METADATA_DB_HOST or"
                    + " MF_MIGRATION_DB_HOST).");
        }
        return server;
    }

    /** Host, port and name, for messages. */
    public String name() {
        return config.describe();
    }

    /** The sentence for a failure. */
    public DatabaseProblem problem(SQLException failure) {
        return new DatabaseProblem(
                FailureSentence.of(
                        name(), Optional.ofNullable(config.jdbcProperties().get("user")), failure),
                failure);
    }
}
