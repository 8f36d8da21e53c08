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

/** One database of a test; closing drops it, whoever is still connected. Thread-safe. */
public final class TestDatabase implements AutoCloseable {

    private static final String USER = "postgres";

    private final int port;
    private final String name;

    private TestDatabase(int port, String name) {
        this.port = port;
        this.name = name;
    }

    /**
     * Makes a database on a server that listens on the loopback address and knows the user {@code postgres}.
     *
     * @param template which database it begins as a copy of; nobody may be connected to that
     */
    public static TestDatabase create(int port, String name, String template) {
        // Copying files costs half of what copying through the log does, while nobody flushes them.
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

    /** Runs a statement that concerns whole databases. */
    static void administer(int port, String sql) {
        try (Connection connection = dataSource(port, "postgres").getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** The database's name on the server. */
    public String name() {
        return name;
    }

    /** Gives a new connection each time; no pool. */
    public DataSource dataSource() {
        return dataSource(port, name);
    }

    /** The variables with which an operator would name this database. */
    public Map<String, String> environment() {
        return Map.of(
                "MF_METADATA_DB_HOST", "localhost",
                "MF_METADATA_DB_PORT", Integer.toString(port),
                "MF_METADATA_DB_USER", USER,
                "MF_METADATA_DB_PSWD", USER,
                "MF_METADATA_DB_NAME", name);
    }

    /** The address; user and password are both {@code postgres}. */
    public String jdbcUrl() {
        return "jdbc:postgresql://localhost:" + port + "/" + name;
    }

    /** Runs one or more statements, as one transaction unless they cannot be; for one that cannot, give it alone. */
    public void execute(String sql) {
        try (Connection connection = dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** The rows of a query, values as the driver's {@code getObject} gives them, SQL's null as null. */
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
