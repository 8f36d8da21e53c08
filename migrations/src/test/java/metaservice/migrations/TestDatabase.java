package metaservice.migrations;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** One database of a test. Closing drops it and ends its connections. Thread-safe. */
public final class TestDatabase implements AutoCloseable {

    private static final String USER = "postgres";

    private final int port;
    private final String name;

    private TestDatabase(int port, String name) {
        this.port = port;
        this.name = name;
    }

    /**
     * Creates a database on a server that listens on the loopback address and has the user {@code postgres}.
     *
     * @param template database to copy; it must have no connections
     */
    public static TestDatabase create(int port, String name, String template) {
        // FILE_COPY takes half of the time of WAL_LOG because the test server does not flush files.
        administer(port, "CREATE DATABASE " + name + " TEMPLATE " + template + " STRATEGY FILE_COPY");
        return new TestDatabase(port, name);
    }

    private static PGSimpleDataSource dataSource(int port, String name) {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setServerNames(new String[] {"localhost"});
        dataSource.setPortNumbers(new int[] {port});
        dataSource.setDatabaseName(name);
        dataSource.setUser(USER);
        dataSource.setPassword(USER);
        return dataSource;
    }

    /** Runs a statement that creates or drops a database. */
    static void administer(int port, String sql) {
        try (Connection connection = dataSource(port, "postgres").getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** Name of the database on the server. */
    public String name() {
        return name;
    }

    /** Opens a new connection for each call; no pool. */
    public DataSource dataSource() {
        return dataSource(port, name);
    }

    /** The same as another role; the server asks for no password. */
    public DataSource dataSource(String role) {
        PGSimpleDataSource dataSource = dataSource(port, name);
        dataSource.setUser(role);
        return dataSource;
    }

    /** The same with a search path in the options of the connection. */
    public DataSource dataSourceWithSearchPath(String searchPath) {
        PGSimpleDataSource dataSource = dataSource(port, name);
        dataSource.setOptions("-c search_path=" + searchPath);
        return dataSource;
    }

    /** Environment variables that configure a launcher to use this database. */
    public Map<String, String> environment() {
        return Map.of(
                "MF_METADATA_DB_HOST", "localhost",
                "MF_METADATA_DB_PORT", Integer.toString(port),
                "MF_METADATA_DB_USER", USER,
                "MF_METADATA_DB_PSWD", USER,
                "MF_METADATA_DB_NAME", name);
    }

    /** JDBC URL; user and password are both {@code postgres}. */
    public String jdbcUrl() {
        return "jdbc:postgresql://localhost:" + port + "/" + name;
    }

    /**
     * Runs one or more statements in one transaction. A statement that cannot run in a transaction must be the only
     * one.
     */
    public void execute(String sql) {
        try (Connection connection = dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** The rows of a query. Values are those of the driver's {@code getObject}; an SQL null is null. */
    public List<List<Object>> query(String sql) {
        try (Connection connection = dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<List<Object>> all = new ArrayList<>();
            while (rows.next()) {
                all.add(row(rows));
            }
            return all;
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    @Override
    public void close() {
        administer(port, "DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
    }

    private static List<Object> row(ResultSet rows) throws SQLException {
        List<Object> values = new ArrayList<>();
        for (int column = 1; column <= rows.getMetaData().getColumnCount(); column++) {
            values.add(rows.getObject(column));
        }
        return values;
    }
}
