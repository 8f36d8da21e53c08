package metaservice.conformance;

import java.util.List;
import metaservice.migrations.TestDatabase;

/**
 * Points at which a database holds whoever changes its schema or a ledger of its: before and after each DDL command, and
 * before each row of the ledgers. They are counted as they are passed, and at the one that was asked for the session
 * stays, inside its statement, until it is let go. For a database of a superuser.
 */
final class StopPoints {

    private static final String HELD =
            " FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";

    private static final String INSTALL = """
            CREATE SCHEMA stops;
            CREATE SEQUENCE stops.passed;
            CREATE TABLE stops.hold AS SELECT %d::bigint AS point;
            CREATE FUNCTION stops.pass() RETURNS void LANGUAGE plpgsql SET search_path = stops AS $$
            BEGIN
                IF nextval('passed') = (SELECT point FROM hold) THEN
                    WHILE EXISTS (SELECT FROM hold) LOOP
                        PERFORM pg_sleep(0.01);
                    END LOOP;
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
            CREATE EVENT TRIGGER stops_after ON ddl_command_end EXECUTE FUNCTION stops.on_ddl();
            """;

    /** SQL query: cuts the connection of the session that is held. */
    static final String CUT_WHO_IS_HELD = "SELECT pg_terminate_backend(pid)" + HELD;

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
     * Sets them up.
     *
     * @param point which one holds, counted from 1 over all sessions; 0 for none
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

    /** How many have been passed. */
    long passed() {
        return (Long) database.query("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM stops.passed")
                .get(0)
                .get(0);
    }

    /** Whether somebody is held. */
    boolean isHolding() {
        return !database.query("SELECT 1" + HELD).isEmpty();
    }

    /** Whether some statement keeps every client from one of the six tables. */
    boolean shutsClientsOut() {
        return (Boolean) database.query(SHUTS_CLIENTS_OUT).get(0).get(0);
    }

    /** Lets go who is held; nobody is held any more after this. */
    void letGo() {
        database.execute("DELETE FROM stops.hold");
    }

    /** Takes it all away again. */
    void remove() {
        database.execute("SET client_min_messages = error; DROP SCHEMA stops CASCADE");
    }
}
