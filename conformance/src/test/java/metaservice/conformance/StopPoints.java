package metaservice.conformance;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import metaservice.migrations.Eventually;
import metaservice.migrations.TestDatabase;

/**
 * Points at which a database stops a session that changes its schema or a ledger: before each DDL command, after each command
 * that builds or drops an index, and before each row of a ledger. The end of another DDL command is no point of its own: like
 * its beginning, it is in the transaction that commits or rolls back all of it. The database counts the points that are passed. At the chosen one it holds the session,
 * inside its statement, until {@link #letGo}. The user must be a superuser, because event triggers do the work.
 */
final class StopPoints {

    /** A session that is held has this lock. The locks of Flyway and of upgrades have other keys. */
    private static final String HELD =
            " FROM pg_locks WHERE locktype = 'advisory' AND classid = 0 AND objid = 4711 AND granted"
                    + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

    private static final String INSTALL = """
            CREATE SCHEMA stops;
            CREATE SEQUENCE stops.passed;
            CREATE TABLE stops.hold AS SELECT %d::bigint AS point;
            CREATE FUNCTION stops.pass() RETURNS void LANGUAGE plpgsql SET search_path = stops AS $$
            BEGIN
                IF nextval('passed') = (SELECT point FROM hold) THEN
                    PERFORM pg_advisory_lock(4711);
                    WHILE EXISTS (SELECT FROM hold) LOOP
                        PERFORM pg_sleep(0.01);
                    END LOOP;
                    PERFORM pg_advisory_unlock(4711);
                END IF;
            END
            $$;
            CREATE FUNCTION stops.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS
                $$ BEGIN PERFORM stops.pass(); END $$;
            CREATE FUNCTION stops.on_row() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN PERFORM stops.pass(); RETURN NEW; END $$;
            """;

    private static final String ON_LEDGER =
            "CREATE TRIGGER stops BEFORE INSERT ON %s FOR EACH ROW EXECUTE FUNCTION stops.on_row();";

    private static final String ON_DDL = """
            CREATE EVENT TRIGGER stops_before ON ddl_command_start EXECUTE FUNCTION stops.on_ddl();
            CREATE EVENT TRIGGER stops_after ON ddl_command_end WHEN TAG IN ('CREATE INDEX', 'DROP INDEX')
                EXECUTE FUNCTION stops.on_ddl();
            """;

    /** SQL query: cuts the connection of the session that is held. */
    static final String CUT_HELD = "SELECT pg_terminate_backend(pid)" + HELD;

    private static final String SHUTS_CLIENTS_OUT = """
            SELECT count(*) > 0 FROM pg_locks
            WHERE mode = 'AccessExclusiveLock' AND granted
              AND relation IN (SELECT c.oid FROM pg_class c WHERE c.relname LIKE '%\\_v3' AND c.relkind = 'r')
            """;

    private final TestDatabase database;

    private StopPoints(TestDatabase database) {
        this.database = database;
    }

    /**
     * Installs them.
     *
     * @param point the point that holds, counted from 1 over all sessions; 0 for none
     */
    static StopPoints in(TestDatabase database, long point) {
        StringBuilder sql = new StringBuilder(INSTALL.formatted(point));
        for (String ledger : List.of("flyway_schema_history", "goose_db_version")) {
            if (!database.query("SELECT FROM pg_tables WHERE tablename = '" + ledger + "'")
                    .isEmpty()) {
                sql.append(ON_LEDGER.formatted(ledger));
            }
        }
        database.execute(sql + ON_DDL);
        return new StopPoints(database);
    }

    /** How many points were passed. */
    long passed() {
        return (Long) database.query("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM stops.passed")
                .get(0)
                .get(0);
    }

    /** Waits until a session is held. All looks share one connection, because each connection costs the server a process. */
    void awaitHolding() throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                PreparedStatement held = connection.prepareStatement("SELECT 1" + HELD)) {
            Eventually.await("the upgrade has come to the point", () -> hasRow(held));
        }
    }

    private static boolean hasRow(PreparedStatement query) throws SQLException {
        try (ResultSet rows = query.executeQuery()) {
            return rows.next();
        }
    }

    /** Whether a statement holds a lock that keeps all clients from one of the six tables. */
    boolean shutsClientsOut() {
        return (Boolean) database.query(SHUTS_CLIENTS_OUT).get(0).get(0);
    }

    /** Lets the held session go on. No point holds a session after this. */
    void letGo() {
        database.execute("DELETE FROM stops.hold");
    }

    /** Removes them from the database. */
    void remove() {
        database.execute("SET client_min_messages = error; DROP SCHEMA stops CASCADE");
    }
}
