package metaservice.tools.rehearse;

import java.io.IOException;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Optional;
import metaservice.tools.database.DatabaseAccess;
import metaservice.tools.database.DatabaseProblem;

/**
 * The database, or the schema, that holds the copy. Removing it is safe at any time from any thread: it waits for a creation
 * that runs, and nothing is created afterwards.
 */
final class ScratchDatabase {

    private static final String PREFIX = "metaservice_rehearsal_";

    /** From this version on, DROP DATABASE ends the sessions of a database. */
    private static final int DROPS_WITH_FORCE = 130_000;

    private static final String NO_PRIVILEGE = "42501";

    /** libpq's encoding and locale of a database; those of another provider than libc are not copied. */
    private static final String LIKE_THIS_ONE = """
            SELECT format('CREATE DATABASE %I TEMPLATE template0 ENCODING %L LC_COLLATE %L LC_CTYPE %L',
                          ?::text, pg_encoding_to_char(encoding), datcollate, datctype)
            FROM pg_database WHERE datname = current_database()
            """;

    private static final String END_SESSIONS =
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ? AND pid <> pg_backend_pid()";

    private final DatabaseAccess home;
    private final String name;
    private final boolean isDatabase;
    private final Map<String, String> environment;
    private int server;
    private boolean created;
    private boolean removed;

    private ScratchDatabase(DatabaseAccess home, String name, boolean isDatabase, Map<String, String> environment) {
        this.home = home;
        this.name = name;
        this.isDatabase = isDatabase;
        this.environment = environment;
    }

    /**
     * A database beside the source, on its server. Nothing is created yet.
     *
     * @throws IOException if a file with a connection string cannot be read
     */
    static ScratchDatabase beside(DatabaseAccess source, Map<String, String> environment) throws IOException {
        String name = randomName();
        return new ScratchDatabase(source, name, true, ScratchEnvironment.onSameServer(environment, name));
    }

    /** A schema in another database. Nothing is created yet. */
    static ScratchDatabase in(String connectionString, Map<String, String> environment) {
        String name = randomName();
        DatabaseAccess home =
                DatabaseAccess.fromEnvironment(ScratchEnvironment.inDatabase(environment, connectionString));
        return new ScratchDatabase(home, name, false, ScratchEnvironment.inSchema(environment, connectionString, name));
    }

    private static String randomName() {
        return PREFIX + String.format("%08x", new SecureRandom().nextInt());
    }

    /** What it is, for messages. */
    String describe() {
        return (isDatabase ? "database " : "schema ") + name + " at " + home.name();
    }

    /** The variables of a launcher on it. */
    Map<String, String> environment() {
        return environment;
    }

    /** Access to it. */
    DatabaseAccess access() {
        return DatabaseAccess.fromEnvironment(environment);
    }

    /**
     * Creates it, empty.
     *
     * @param schema the schema that contains the tables of the source; a scratch database gets one of that name, because the
     *     search path of the user may name it
     * @throws DatabaseProblem if the user may not, or the server fails
     */
    synchronized void create(String schema) throws DatabaseProblem {
        if (removed) {
            throw new DatabaseProblem("The rehearsal was ended.");
        }
        server = home.checkWritable().number();
        try (Connection connection = home.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(isDatabase ? likeHome(connection) : "CREATE SCHEMA " + name);
            created = true;
        } catch (SQLException e) {
            throw e.getSQLState() != null && e.getSQLState().equals(NO_PRIVILEGE) ? notAllowed(e) : home.problem(e);
        }
        if (isDatabase && !schema.equals("public")) {
            createSchema(schema);
        }
    }

    private void createSchema(String schema) throws DatabaseProblem {
        try (Connection connection = access().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE SCHEMA IF NOT EXISTS " + statement.enquoteIdentifier(schema, true));
        } catch (SQLException e) {
            throw home.problem(e);
        }
    }

    private String likeHome(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(LIKE_THIS_ONE)) {
            query.setString(1, name);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        }
    }

    private DatabaseProblem notAllowed(SQLException failure) {
        String user =
                Optional.ofNullable(home.config().jdbcProperties().get("user")).orElse("the user");
        return new DatabaseProblem(
                isDatabase
                        ? "User " + user + " may not create a database at " + home.name()
                                + ": run ALTER ROLE \"" + user
                                + "\" CREATEDB as a superuser, or name a database in which it may"
                                + " create a schema with --scratch-dsn."
                        : "User " + user + " may not create a schema in " + home.name()
                                + ": run GRANT CREATE ON DATABASE ... TO \"" + user + "\" as its owner.",
                failure);
    }

    /**
     * Removes it, if it was created. Ends the sessions that use it. Idempotent.
     *
     * @throws DatabaseProblem if it is left; the message names it
     */
    synchronized void remove() throws DatabaseProblem {
        removed = true;
        if (!created) {
            return;
        }
        try (Connection connection = home.dataSource().getConnection()) {
            drop(connection);
            created = false;
        } catch (SQLException e) {
            throw new DatabaseProblem(
                    "The scratch " + describe() + " was not removed ("
                            + home.problem(e).getMessage() + "); drop it by hand.",
                    e);
        }
    }

    private void drop(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            if (!isDatabase) {
                statement.execute("DROP SCHEMA IF EXISTS " + name + " CASCADE");
            } else if (server >= DROPS_WITH_FORCE) {
                statement.execute("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
            } else {
                endSessions(connection);
                statement.execute("DROP DATABASE IF EXISTS " + name);
            }
        }
    }

    private void endSessions(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(END_SESSIONS)) {
            query.setString(1, name);
            query.execute();
        }
    }
}
