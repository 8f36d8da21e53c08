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
 * The triggers that tell channel {@code notify} of every change that a user interface wants to hear of. What is there
 * already is left alone, so that a start takes no lock; triggers of older generations are dropped.
 *
 * <p>Any number of nodes may do this at once, while others write: one of them works at a time, waits for a table at most
 * a fraction of a second before it lets waiting writers pass, and tries again.
 */
final class Triggers {

    private static final Logger LOG = LoggerFactory.getLogger(Triggers.class);

    /** With all generations the names begin like this. */
    private static final String FAMILY = "notify_ui";

    private static final String GENERATION = FAMILY + "_05092024_";
    private static final int LONGEST_NAME = 63;

    private static final String FOR_THIS_TRANSACTION = "SELECT set_config('lock_timeout', ?, true)";
    private static final String ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('metaservice triggers'))";
    private static final Duration LONGEST_LOCK_WAIT = Duration.ofMillis(200);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(300);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /**
     * Somebody else is at it: lock not available, deadlock, object there already (trigger, function, row of a catalog),
     * object gone already, and "tuple concurrently updated", which has no state of its own.
     */
    private static final Set<String> IN_EACH_OTHERS_WAY =
            Set.of("55P03", "40P01", "42710", "42723", "23505", "42704", "42883", "XX000");

    private static final String FIND = """
            SELECT c.relname, quote_ident(n.nspname), quote_ident(c.relname),
              EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = left(? || c.relname, %d))
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid = to_regclass(quote_ident(?) || '.' || ?)""".formatted(LONGEST_NAME);

    private static final String FIND_OLD_TRIGGERS = """
            SELECT format('DROP TRIGGER IF EXISTS %%I ON %%I.%%I', t.tgname, n.nspname, c.relname)
            FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = ? AND NOT t.tgisinternal
              AND starts_with(t.tgname, '%1$s') AND NOT starts_with(t.tgname, '%2$s')""".formatted(FAMILY, GENERATION);

    private static final String FIND_OLD_FUNCTIONS = """
            SELECT format('DROP FUNCTION IF EXISTS %%I.%%I()', n.nspname, p.proname)
            FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
            WHERE n.nspname = ? AND p.prorettype = 'trigger'::regtype
              AND starts_with(p.proname, '%1$s') AND NOT starts_with(p.proname, '%2$s')
              AND NOT EXISTS (SELECT 1 FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
                WHERE t.tgfoid = p.oid AND NOT (c.relnamespace = n.oid
                  AND starts_with(t.tgname, '%1$s') AND NOT starts_with(t.tgname, '%2$s')))""".formatted(FAMILY, GENERATION);

    private static final String EVERY_CHANGE = "INSERT OR DELETE OR UPDATE";

    private final String schema;
    private final List<Watched> watched;

    /**
     * Triggers of one service.
     *
     * @param schema of tables whose names do not say in which they are
     */
    Triggers(Tables tables, String schema) {
        this.schema = schema;
        this.watched = List.of(
                new Watched(
                        tables.artifacts(),
                        "INSERT",
                        List.of("flow_id", "run_number", "step_name", "task_id", "attempt_id", "name")),
                new Watched(tables.flows(), EVERY_CHANGE, List.of("flow_id")),
                new Watched(
                        tables.metadata(),
                        "INSERT",
                        List.of("flow_id", "run_number", "step_name", "task_id", "field_name", "value", "tags")),
                new Watched(tables.runs(), EVERY_CHANGE, List.of("flow_id", "run_number", "last_heartbeat_ts")),
                new Watched(tables.steps(), EVERY_CHANGE, List.of("flow_id", "run_number", "step_name")),
                new Watched(tables.tasks(), EVERY_CHANGE, List.of("flow_id", "run_number", "step_name", "task_id")));
    }

    /**
     * One table.
     *
     * @param table its name, perhaps with its schema and a dot before it
     * @param operations after which it notifies
     * @param columns what it tells of a row
     */
    private record Watched(String table, String operations, List<String> columns) {

        String schemaOr(String otherwise) {
            int dot = table.indexOf('.');
            return dot < 0 ? otherwise : table.substring(0, dot).toLowerCase(Locale.ROOT);
        }

        String bareName() {
            return table.substring(table.indexOf('.') + 1);
        }
    }

    /** A table as the database knows it; texts that are quoted may go into SQL. */
    private record Found(String name, String quotedSchema, String quotedTable, boolean hasTrigger) {

        static Found read(ResultSet row) throws SQLException {
            return new Found(row.getString(1), row.getString(2), row.getString(3), row.getBoolean(4));
        }

        /** The name of the trigger and of its function; cut as the database would cut it. */
        String trigger() {
            String whole = GENERATION + name;
            return '"' + whole.substring(0, Math.min(LONGEST_NAME, whole.length())) + '"';
        }

        String table() {
            return quotedSchema + "." + quotedTable;
        }

        String function() {
            return quotedSchema + "." + trigger();
        }
    }

    /**
     * Drops what is old and creates what is missing; blocks.
     *
     * @throws ServiceStartException if a table is missing, the database refuses, or a table stays in use for a minute
     */
    void create(Database database) throws ServiceStartException {
        try {
            if (!database.transaction(this::old).isEmpty()) {
                alone(database, this::old);
            }
            for (Watched table : watched) {
                if (!database.transaction(connection -> missing(connection, table))
                        .isEmpty()) {
                    alone(database, connection -> missing(connection, table));
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

    /** The statements that get rid of older generations; functions go unless another trigger calls them. */
    private List<String> old(Connection connection) throws SQLException {
        List<String> statements = new ArrayList<>();
        for (String query : List.of(FIND_OLD_TRIGGERS, FIND_OLD_FUNCTIONS)) {
            statements.addAll(Database.all(connection, Sql.of(query, schema), row -> row.getString(1)));
        }
        return statements;
    }

    /** The statements that make a table's trigger; none if it is there. */
    private List<String> missing(Connection connection, Watched table) throws SQLException {
        String tableSchema = table.schemaOr(schema);
        Found found = Database.first(connection, Sql.of(FIND, GENERATION, tableSchema, table.bareName()), Found::read)
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

    private static String function(Found found, List<String> columns) {
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

    /** Something that finds out what is to be done. */
    @FunctionalInterface
    private interface Plan {
        List<String> statements(Connection connection) throws SQLException;
    }

    /** Carries out a plan that is made when no other node is at it; tries again while somebody else is in the way. */
    private static void alone(Database database, Plan plan) throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                List<String> done = database.transaction(connection -> carryOut(connection, plan));
                done.forEach(statement ->
                        LOG.info("Triggers: {}", statement.lines().findFirst().orElse("")));
                return;
            } catch (SQLException e) {
                if (!IN_EACH_OTHERS_WAY.contains(String.valueOf(e.getSQLState())) || System.nanoTime() > deadline) {
                    throw e;
                }
                LOG.debug("Triggers have to wait: {}", e.getMessage());
            }
            Thread.sleep(BETWEEN_TRIES.toMillis());
        }
    }

    /** The plan is made under the lock, by statements that see what the node before has committed. */
    private static List<String> carryOut(Connection connection, Plan plan) throws SQLException {
        Database.first(
                connection, Sql.of(FOR_THIS_TRANSACTION, LONGEST_LOCK_WAIT.toMillis() + "ms"), row -> row.getString(1));
        Database.first(connection, Sql.of(ONE_AT_A_TIME), row -> true);
        List<String> statements = plan.statements(connection);
        for (String statement : statements) {
            Database.update(connection, Sql.of(statement));
        }
        return statements;
    }

    /** A table for which triggers are wanted is not there. */
    private static final class MissingTableException extends SQLException {

        private static final long serialVersionUID = 1L;

        MissingTableException(String table) {
            super("There is no table " + table
                    + " for the triggers that DB_TRIGGER_CREATE asks for (see DB_SCHEMA_NAME and DB_TABLE_NAME_...)");
        }
    }
}
