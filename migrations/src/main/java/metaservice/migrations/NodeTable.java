package metaservice.migrations;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.sql.DataSource;

/**
 * The table {@code metaservice_nodes}: one row for each launcher process that uses the database. An upgrade creates it,
 * and {@link #write} does in a database that an earlier release has upgraded. A database that nobody has upgraded with
 * this project does not get it, because nothing is written there.
 *
 * <p>Every call opens a connection and runs each of its transactions without settings of the session, so it works through
 * a pooler that assigns another session to each transaction. Thread-safe.
 */
public final class NodeTable {

    static final String TABLE = "metaservice_nodes";

    /** Age of a row after which its process counts as gone, by the clock of the database server. */
    public static final Duration EXPIRY = Duration.ofMinutes(1);

    /** Longest wait for an answer of the database. */
    private static final int TIMEOUT_MILLIS = 10_000;

    private static final String CREATE = """
            CREATE TABLE IF NOT EXISTS %s (
                id text PRIMARY KEY,
                host text NOT NULL,
                image_version text NOT NULL,
                kinds text[] NOT NULL,
                versions text[] NOT NULL,
                swaps text[] NOT NULL,
                started timestamptz NOT NULL,
                last_seen timestamptz NOT NULL
            )
            """;

    /** What the current role may do with the table. The functions of privileges return null for a missing table. */
    private static final String ACCESS = """
            SELECT quote_ident(current_user) AS role,
                   c.oid IS NOT NULL AS exists,
                   pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS read_only,
                   coalesce(has_table_privilege(c.oid, 'SELECT'), false) AS readable,
                   coalesce(has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
                            AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE'), false)
                       AS writable
            FROM (SELECT 1) AS always
            LEFT JOIN pg_class c ON c.relnamespace = ?::oid AND c.relname = ? AND c.relkind IN ('r', 'p')
            """;

    /**
     * Deletes what has expired and stores the row, in one statement. Rows that another node is writing or deleting are
     * left to it.
     */
    private static final String WRITE = """
            WITH gone AS (
                DELETE FROM %1$s WHERE id IN (
                    SELECT id FROM %1$s WHERE id <> ? AND last_seen < now() - make_interval(secs => ?)
                    FOR UPDATE SKIP LOCKED)
            )
            INSERT INTO %1$s (id, host, image_version, kinds, versions, swaps, started, last_seen)
            VALUES (?, ?, ?, ?, ?, ?, ?, now())
            ON CONFLICT (id) DO UPDATE
            SET kinds = excluded.kinds, versions = excluded.versions, swaps = excluded.swaps, last_seen = now()
            """;

    private static final String READ = """
            SELECT id, host, image_version, kinds, versions, swaps, started, last_seen
            FROM %s
            WHERE last_seen >= now() - make_interval(secs => ?)
            ORDER BY host, started, id
            """;

    private static final String REMOVE = "DELETE FROM %s WHERE id = ?";

    private static final String LOCK_CREATION = "SELECT pg_advisory_xact_lock(hashtextextended('" + TABLE + "', %d))";

    private static final String MAY_CREATE = "SELECT has_schema_privilege(%s, %d, 'CREATE')";

    private final DataSource dataSource;
    private final List<BundledMigration> migrations;

    /**
     * Does not connect to the database.
     *
     * @param dataSource opens a new connection for each call
     * @param migrations of this build, by which its ledger is recognized
     */
    NodeTable(DataSource dataSource, List<BundledMigration> migrations) {
        this.dataSource = dataSource;
        this.migrations = List.copyOf(migrations);
    }

    /**
     * The rows of the table that have not expired.
     *
     * @param nodes ordered by host and start; empty if the table cannot be read
     * @param note one sentence with the reason if the table cannot be read
     */
    public record Rows(List<Node> nodes, Optional<String> note) {

        /** Copies the list. */
        public Rows {
            nodes = List.copyOf(nodes);
        }
    }

    /** Creates the table as the role of the session. Does nothing if it exists. */
    static void create(Connection connection, DatabaseSchema schema) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(CREATE.formatted(schema.qualified(TABLE)));
        }
    }

    /**
     * Stores the row of this process with the current time, and deletes expired rows. Creates the table first if it is
     * missing in a database with our ledger and the role of an upgrade may create it.
     *
     * @return empty if the row is stored; otherwise one sentence with what prevents it and what to do
     * @throws SQLException if the database cannot be reached or fails
     */
    public Optional<String> write(Node node) throws SQLException {
        try (Connection connection = connect()) {
            DatabaseSchema schema = DatabaseSchema.find(connection);
            Access access = access(connection, schema);
            if (!access.exists() && !access.readOnly()) {
                Optional<String> problem = createInUpgradedDatabase(connection, schema);
                if (problem.isPresent()) {
                    return problem;
                }
                access = access(connection, schema);
            }
            Optional<String> problem = access.problemOfWriting(schema);
            if (problem.isEmpty()) {
                store(connection, schema, node);
            }
            return problem;
        }
    }

    /**
     * Reads the rows that have not expired. Changes nothing.
     *
     * @throws SQLException if the database cannot be reached or read
     */
    public Rows read() throws SQLException {
        try (Connection connection = connect()) {
            DatabaseSchema schema = DatabaseSchema.find(connection);
            Optional<String> problem = access(connection, schema).problemOfReading(schema);
            return problem.isPresent() ? new Rows(List.of(), problem) : new Rows(rows(connection, schema), problem);
        }
    }

    /**
     * Removes the row of a process; does nothing if the table cannot be written.
     *
     * @throws SQLException if the database cannot be reached or fails
     */
    public void remove(String id) throws SQLException {
        try (Connection connection = connect()) {
            DatabaseSchema schema = DatabaseSchema.find(connection);
            if (access(connection, schema).problemOfWriting(schema).isEmpty()) {
                try (PreparedStatement statement =
                        connection.prepareStatement(REMOVE.formatted(schema.qualified(TABLE)))) {
                    statement.setString(1, id);
                    statement.executeUpdate();
                }
            }
        }
    }

    private Connection connect() throws SQLException {
        Connection connection = dataSource.getConnection();
        connection.setNetworkTimeout(Runnable::run, TIMEOUT_MILLIS);
        return connection;
    }

    /** What the role of a session may do with the table. */
    private record Access(String role, boolean exists, boolean readOnly, boolean readable, boolean writable) {

        Optional<String> problemOfReading(DatabaseSchema schema) {
            if (!exists) {
                return Optional.of(missing(schema));
            }
            return readable ? Optional.empty() : Optional.of(lacking("read", "SELECT", schema));
        }

        Optional<String> problemOfWriting(DatabaseSchema schema) {
            if (readOnly) {
                return Optional.of("The database is read-only, so this node cannot be seen by others.");
            }
            if (!exists) {
                return Optional.of(missing(schema));
            }
            return writable
                    ? Optional.empty()
                    : Optional.of(lacking("write", "SELECT, INSERT, UPDATE, DELETE", schema));
        }

        private String lacking(String verb, String privileges, DatabaseSchema schema) {
            String table = schema.qualified(TABLE);
            return "Role " + role + " may not " + verb + " table " + table + ": run GRANT " + privileges + " ON TABLE "
                    + table + " TO " + role + ".";
        }
    }

    private static String missing(DatabaseSchema schema) {
        return "Other nodes are not known, because table " + schema.qualified(TABLE)
                + " does not exist; the next upgrade creates it.";
    }

    private static Access access(Connection connection, DatabaseSchema schema) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(ACCESS)) {
            query.setLong(1, schema.oid());
            query.setString(2, TABLE);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return new Access(
                        row.getString("role"),
                        row.getBoolean("exists"),
                        row.getBoolean("read_only"),
                        row.getBoolean("readable"),
                        row.getBoolean("writable"));
            }
        }
    }

    /** Returns what prevents the creation; empty if the table exists afterwards. */
    private Optional<String> createInUpgradedDatabase(Connection connection, DatabaseSchema schema)
            throws SQLException {
        DatabaseTables tables = DatabaseTables.read(connection, schema);
        Location location = Location.find(connection, schema, tables, migrations);
        boolean upgraded = tables.exists(DatabaseTables.FLOWS) && tables.exists(location.ledger());
        if (!upgraded || tables.upgradeRuns()) {
            return Optional.of(missing(schema));
        }
        UpgradeRole role = UpgradeRole.choose(connection, schema);
        if (!mayCreate(connection, schema, role)) {
            return Optional.of("Other nodes are not known, because table " + schema.qualified(TABLE)
                    + " does not exist and role " + role.name()
                    + " may not create it: run GRANT USAGE, CREATE ON SCHEMA "
                    + schema.quoted() + " TO " + role.name() + ".");
        }
        createAs(role, connection, schema);
        return Optional.empty();
    }

    private static boolean mayCreate(Connection connection, DatabaseSchema schema, UpgradeRole role)
            throws SQLException {
        String literal = "'" + role.name().replace("'", "''") + "'::regrole";
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(MAY_CREATE.formatted(literal, schema.oid()))) {
            return row.next() && row.getBoolean(1);
        }
    }

    /** In one transaction, so that no node finds the table without its grants. Several nodes may do it at the same time. */
    private static void createAs(UpgradeRole role, Connection connection, DatabaseSchema schema) throws SQLException {
        Transaction.run(connection, statement -> {
            statement.execute("SET LOCAL ROLE " + role.name());
            statement.execute(LOCK_CREATION.formatted(schema.oid()));
            create(connection, schema);
            for (String grant : Grants.missing(connection, schema, List.of(TABLE))) {
                statement.execute(grant);
            }
        });
    }

    private static void store(Connection connection, DatabaseSchema schema, Node node) throws SQLException {
        String sql = WRITE.formatted(schema.qualified(TABLE));
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, node.id());
            statement.setLong(2, EXPIRY.toSeconds());
            statement.setString(3, node.id());
            statement.setString(4, node.host());
            statement.setString(5, node.imageVersion());
            statement.setArray(6, texts(connection, node.services().stream().map(Node.Service::kind)));
            statement.setArray(
                    7,
                    texts(
                            connection,
                            node.services().stream()
                                    .map(service -> service.version().orElse(null))));
            statement.setArray(8, texts(connection, node.services().stream().map(Node.Service::swap)));
            statement.setObject(9, OffsetDateTime.ofInstant(node.started(), ZoneOffset.UTC));
            statement.executeUpdate();
        }
    }

    private static Array texts(Connection connection, Stream<String> values) throws SQLException {
        return connection.createArrayOf("text", values.toArray());
    }

    private static List<Node> rows(Connection connection, DatabaseSchema schema) throws SQLException {
        List<Node> nodes = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(READ.formatted(schema.qualified(TABLE)))) {
            query.setLong(1, EXPIRY.toSeconds());
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    nodes.add(node(row));
                }
            }
        }
        return nodes;
    }

    private static Node node(ResultSet row) throws SQLException {
        return new Node(
                row.getString("id"),
                row.getString("host"),
                row.getString("image_version"),
                services(texts(row, "kinds"), texts(row, "versions"), texts(row, "swaps")),
                instant(row, "started"),
                instant(row, "last_seen"));
    }

    private static List<Node.Service> services(String[] kinds, String[] versions, String[] swaps) {
        List<Node.Service> services = new ArrayList<>();
        for (int i = 0; i < kinds.length; i++) {
            services.add(new Node.Service(kinds[i], Optional.ofNullable(versions[i]), swaps[i]));
        }
        return services;
    }

    private static String[] texts(ResultSet row, String column) throws SQLException {
        return (String[]) row.getArray(column).getArray();
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
