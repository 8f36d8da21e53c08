package metaservice.benchmarks.load;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import metaservice.migrations.Migrations;
import metaservice.migrations.UpgradeOutcome;
import org.postgresql.ds.PGSimpleDataSource;

/** A PostgreSQL server of its own with one database for our service and, if asked for, one for a peer. */
final class Databases implements AutoCloseable {

    /** The name of the peer's database. */
    static final String PEER = "peer";

    private final EmbeddedPostgres postgres;

    private Databases(EmbeddedPostgres postgres) {
        this.postgres = postgres;
    }

    /**
     * Starts the server and creates the newest schema. It has the settings of a real server; the library's defaults give up
     * durability, which would make commits free.
     *
     * @param port 0: any free port
     */
    static Databases start(int port, boolean withPeer) throws IOException, SQLException {
        Databases databases = new Databases(EmbeddedPostgres.builder()
                .setPort(port)
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("max_connections", "300")
                .setServerConfig("max_wal_size", "4GB")
                .start());
        try {
            upgrade(databases.ours());
            if (withPeer) {
                databases.create(PEER);
            }
            return databases;
        } catch (SQLException | RuntimeException e) {
            databases.close();
            throw e;
        }
    }

    /** Creates a further database with the newest schema. */
    DataSource create(String name) throws SQLException {
        try (Connection connection = ours().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name);
        }
        DataSource database = postgres.getDatabase("postgres", name);
        upgrade(database);
        return database;
    }

    private static void upgrade(DataSource database) {
        UpgradeOutcome outcome = new Migrations(database).upgrade();
        if (!(outcome instanceof UpgradeOutcome.Upgraded)) {
            throw new IllegalStateException("the schema could not be created: " + outcome);
        }
    }

    int port() {
        return postgres.getPort();
    }

    DataSource ours() {
        return postgres.getPostgresDatabase();
    }

    DataSource ofPeer() {
        return postgres.getDatabase("postgres", PEER);
    }

    /** Another database, of any server. */
    static DataSource at(String jdbcUrl) {
        PGSimpleDataSource database = new PGSimpleDataSource();
        database.setUrl(jdbcUrl);
        return database;
    }

    /** The process whose children are the connections and the background processes of the server. */
    long postmaster() throws SQLException, IOException {
        try (Connection connection = ours().getConnection()) {
            // Read while the connection is open, because its process ends with it.
            return ProcessStat.of(Long.parseLong(first(connection, "SELECT pg_backend_pid()")))
                    .parent();
        }
    }

    String version() throws SQLException {
        try (Connection connection = ours().getConnection()) {
            return first(connection, "SHOW server_version");
        }
    }

    private static String first(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    @Override
    public void close() throws IOException {
        postgres.close();
    }
}
