package metaservice.kit;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import metaservice.spi.ServiceStartException;
import metaservice.spi.Tables;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates the triggers that notify channel {@code notify} of the changes that the user interface shows. Triggers that
 * exist are not changed, so a start normally takes no lock. Triggers of earlier releases are dropped.
 *
 * <p>Any number of nodes may do this at the same time while clients write. An advisory lock lets one node work at a time.
 * Each attempt waits at most 200 ms for the lock of a table and then retries, so that writers are not blocked longer.
 */
final class Triggers {

    private static final Logger LOG = LoggerFactory.getLogger(Triggers.class);

    /** The names of the triggers of all releases start with this. */
    private static final String NAME_PREFIX = "notify_ui";

    /** The names of the current triggers start with this. */
    private static final String CURRENT_PREFIX = NAME_PREFIX + "_05092024_";

    private static final int MAX_NAME_LENGTH = 63;

    private static final String SET_LOCK_TIMEOUT = "SELECT set_config('lock_timeout', ?, true)";
    private static final String TAKE_ADVISORY_LOCK = "SELECT pg_advisory_xact_lock(hashtext('metaservice triggers'))";
    private static final Duration LOCK_TIMEOUT = Duration.ofMillis(200);
    private static final Duration RETRY_PAUSE = Duration.ofMillis(300);
    private static final Duration RETRY_TIMEOUT = Duration.ofSeconds(60);

    /**
     * SQLSTATEs of a conflict with another session: lock not available, deadlock, object exists already (trigger, function,
     * row of a catalog), object was dropped already, and "tuple concurrently updated", which has no SQLSTATE of its own.
     */
    private static final Set<String> CONFLICT_STATES =
            Set.of("55P03", "40P01", "42710", "42723", "23505", "42704", "42883", "XX000");

    private static final String SELECT_TABLE = """
            SELECT c.relname, quote_ident(n.nspname), quote_ident(c.relname),
              EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = left(? || c.relname, %d))
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid = to_regclass(quote_ident(?) || '.' || ?)""".formatted(MAX_NAME_LENGTH);

    private static final String SELECT_OUTDATED_TRIGGERS = """
            SELECT format('DROP TRIGGER IF EXISTS %%I ON %%I.%%I', t.tgname, n.nspname, c.relname)
            FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = ? AND NOT t.tgisinternal
              AND starts_with(t.tgname, '%1$s') AND NOT starts_with(t.tgname, '%2$s')""".formatted(NAME_PREFIX, CURRENT_PREFIX);

    private static final String SELECT_OUTDATED_FUNCTIONS = """
            SELECT format('DROP FUNCTION IF EXISTS %%I.%%I()', n.nspname, p.proname)
            FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
            WHERE n.nspname = ? AND p.prorettype = 'trigger'::regtype
              AND starts_with(p.proname, '%1$s') AND NOT starts_with(p.proname, '%2$s')
              AND NOT EXISTS (SELECT 1 FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
                WHERE t.tgfoid = p.oid AND NOT (c.relnamespace = n.oid
                  AND starts_with(t.tgname, '%1$s') AND NOT starts_with(t.tgname, '%2$s')))""".formatted(NAME_PREFIX, CURRENT_PREFIX);

    /**
     * Makes the owner of the tables the role of the transaction if the user may become it. A function that belongs to a
     * short-lived user would prevent the removal of the user, or disappear with it.
     */
    private static final String BECOME_OWNER = """
            SELECT set_config('role', pg_get_userbyid(c.relowner), true) FROM pg_class c
            WHERE c.oid = to_regclass(quote_ident(?) || '.' || ?)
              AND pg_has_role(c.relowner, CASE WHEN current_setting('server_version_num')::int >= 160000
                                          THEN 'SET' ELSE 'MEMBER' END)
              AND has_schema_privilege(c.relowner, c.relnamespace, 'CREATE')""";

    private static final String ALL_OPERATIONS = "INSERT OR DELETE OR UPDATE";

    private final String schema;
    private final List<WatchedTable> watchedTables;

    /**
     * Triggers of one service.
     *
     * @param schema the schema of tables whose names do not include one
     */
    Triggers(Tables tables, String schema) {
        this.schema = schema;
        this.watchedTables = List.of(
                new WatchedTable(
                        tables.artifacts(),
                        "INSERT",
                        List.of("flow_id", "run_number", "step_name", "task_id", "attempt_id", "name")),
                new WatchedTable(tables.flows(), ALL_OPERATIONS, List.of("flow_id")),
                new WatchedTable(
                        tables.metadata(),
                        "INSERT",
                        List.of("flow_id", "run_number", "step_name", "task_id", "field_name", "value", "tags")),
                new WatchedTable(tables.runs(), ALL_OPERATIONS, List.of("flow_id", "run_number", "last_heartbeat_ts")),
                new WatchedTable(tables.steps(), ALL_OPERATIONS, List.of("flow_id", "run_number", "step_name")),
                new WatchedTable(
                        tables.tasks(), ALL_OPERATIONS, List.of("flow_id", "run_number", "step_name", "task_id")));
    }

    /**
     * A table that gets a trigger.
     *
     * @param table its name, optionally with a schema and a dot before it
     * @param operations the operations that fire the trigger
     * @param columns the columns of the row that the notification contains
     */
    private record WatchedTable(String table, String operations, List<String> columns) {

        String schemaOr(String otherwise) {
            int dot = table.indexOf('.');
            return dot < 0 ? otherwise : table.substring(0, dot).toLowerCase(Locale.ROOT);
        }

        String bareName() {
            return table.substring(table.indexOf('.') + 1);
        }
    }

    /** A table as the database's catalog describes it. Quoted names are safe to use in SQL. */
    private record FoundTable(String name, String quotedSchema, String quotedTable, boolean hasTrigger) {

        static FoundTable read(ResultSet row) throws SQLException {
            return new FoundTable(row.getString(1), row.getString(2), row.getString(3), row.getBoolean(4));
        }

        /** The name of the trigger and of its function, cut to 63 characters as the database does. */
        String trigger() {
            String whole = CURRENT_PREFIX + name;
            return '"' + whole.substring(0, Math.min(MAX_NAME_LENGTH, whole.length())) + '"';
        }

        String table() {
            return quotedSchema + "." + quotedTable;
        }

        String function() {
            return quotedSchema + "." + trigger();
        }
    }

    /**
     * Drops outdated triggers and creates missing ones. Blocks; each conflict is retried for up to a minute.
     *
     * @throws ServiceStartException if a table is missing, the database refuses a statement, or a lock is not available
     *     within a minute
     */
    void create(Database database) throws ServiceStartException {
        try {
            WatchedTable anyTable = watchedTables.get(0);
            if (!database.transaction(this::outdated).isEmpty()) {
                runExclusively(database, anyTable, this::outdated);
            }
            for (WatchedTable table : watchedTables) {
                if (!database.transaction(connection -> missing(connection, table))
                        .isEmpty()) {
                    runExclusively(database, table, connection -> missing(connection, table));
                }
            }
        } catch (MissingTableException e) {
            throw new ServiceStartException(e.getMessage(), e);
        } catch (SQLException e) {
            throw new ServiceStartException(
                    "The triggers that DB_TRIGGER_CREATE asks for cannot be created: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServiceStartException("Interrupted while triggers were created", e);
        }
    }

    /** The statements that drop triggers of earlier releases, and their functions unless another trigger uses them. */
    private List<String> outdated(Connection connection) throws SQLException {
        List<String> statements = new ArrayList<>();
        for (String query : List.of(SELECT_OUTDATED_TRIGGERS, SELECT_OUTDATED_FUNCTIONS)) {
            statements.addAll(Database.all(connection, Sql.of(query, schema), row -> row.getString(1)));
        }
        return statements;
    }

    /** The statements that create a table's trigger; none if it exists. */
    private List<String> missing(Connection connection, WatchedTable table) throws SQLException {
        String tableSchema = table.schemaOr(schema);
        FoundTable found = Database.first(
                        connection,
                        Sql.of(SELECT_TABLE, CURRENT_PREFIX, tableSchema, table.bareName()),
                        FoundTable::read)
                .orElseThrow(() -> new MissingTableException(tableSchema + "." + table.bareName()));
        if (found.hasTrigger()) {
            return List.of();
        }
        return List.of(
                function(found, table.columns()),
                "CREATE TRIGGER " + found.trigger() + " AFTER " + table.operations() + " ON " + found.table()
                        + " FOR EACH ROW EXECUTE FUNCTION " + found.function() + "()",
                "ALTER TABLE " + found.table() + " ENABLE ALWAYS TRIGGER " + found.trigger());
    }

    private static String function(FoundTable found, List<String> columns) {
        String data = columns.stream()
                .map(column -> "'" + column + "', changed." + column)
                .collect(Collectors.joining(", "));
        return """
                CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS $notify$
                DECLARE
                  changed record;
                BEGIN
                  IF TG_OP = 'DELETE' THEN
                    changed := OLD;
                  ELSE
                    changed := NEW;
                  END IF;
                  PERFORM pg_notify('notify', json_build_object('table', TG_TABLE_NAME, 'schema', TG_TABLE_SCHEMA,
                    'operation', TG_OP, 'data', json_build_object(%s))::text);
                  RETURN NULL;
                END $notify$""".formatted(found.function(), data);
    }

    /** Determines the statements to run. */
    @FunctionalInterface
    private interface Plan {
        List<String> statements(Connection connection) throws SQLException;
    }

    /** Runs a plan under the advisory lock, and retries for up to a minute while another session is in conflict. */
    private void runExclusively(Database database, WatchedTable table, Plan plan)
            throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + RETRY_TIMEOUT.toNanos();
        while (true) {
            try {
                List<String> done = database.transaction(connection -> runPlan(connection, table, plan));
                done.forEach(statement -> LOG.info(
                        "Triggers changed: {}", statement.lines().findFirst().orElse("")));
                return;
            } catch (SQLException e) {
                if (!CONFLICT_STATES.contains(String.valueOf(e.getSQLState())) || System.nanoTime() > deadline) {
                    throw e;
                }
                LOG.debug("Changing triggers conflicts with another session, retrying: {}", e.getMessage());
            }
            Thread.sleep(RETRY_PAUSE.toMillis());
        }
    }

    /** Makes the plan after taking the lock, so that it sees what other nodes have committed, and runs it. */
    private List<String> runPlan(Connection connection, WatchedTable table, Plan plan) throws SQLException {
        Database.first(connection, Sql.of(SET_LOCK_TIMEOUT, LOCK_TIMEOUT.toMillis() + "ms"), row -> row.getString(1));
        Database.first(connection, Sql.of(TAKE_ADVISORY_LOCK), row -> true);
        Database.first(
                connection, Sql.of(BECOME_OWNER, table.schemaOr(schema), table.bareName()), row -> row.getString(1));
        List<String> statements = plan.statements(connection);
        for (String statement : statements) {
            Database.update(connection, Sql.of(statement));
        }
        return statements;
    }

    /** A table that needs a trigger does not exist. */
    private static final class MissingTableException extends SQLException {

        private static final long serialVersionUID = 1L;

        MissingTableException(String table) {
            super("There is no table " + table
                    + " for the triggers that DB_TRIGGER_CREATE asks for (see DB_SCHEMA_NAME and DB_TABLE_NAME_...)");
        }
    }
}
