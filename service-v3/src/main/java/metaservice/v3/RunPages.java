package metaservice.v3;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import metaservice.kit.Column;
import metaservice.kit.Columns;
import metaservice.kit.EndpointContext;
import metaservice.kit.Request;
import metaservice.kit.Sql;
import metaservice.resources.Runs;

/** Pages of a flow's runs, and their filters, including the derived status. Thread-safe. */
final class RunPages {

    private static final List<PagedQuery.SortKey> SORT_KEYS = List.of(
            PagedQuery.SortKey.number("ts_epoch", "r.ts_epoch"),
            PagedQuery.SortKey.number("run_number", "r.run_number"));

    private static final List<String> STATUSES = List.of("running", "completed", "failed");
    private static final String STATUS_EXPRESSION = "derived.status";

    /** When answers have the status of a run; for the API's document. */
    static final String WHEN_STATUS = "only in lists that are filtered by it: " + String.join(", ", STATUSES);

    /** When answers have the user of a run; for the API's document. */
    static final String WHEN_USER = "only in answers to GET, and only if the run has the system tag user:<user_name>";

    /** The user, if the run has the system tag of that user. */
    private static final Column USER = new Column(
            "user",
            "CASE WHEN r.system_tags ?? ('user:' || r.user_name) THEN r.user_name END",
            Column.Kind.TEXT_IF_ANY);

    /** The members of a run that is read. */
    static final Columns WITH_USER = Runs.COLUMNS.and(USER);

    private static final Column STATUS = Column.text("status").from(STATUS_EXPRESSION);

    /** The members of a run in a list that is filtered by status. */
    static final Columns WITH_STATUS = WITH_USER.and(STATUS);

    /** The filters of the list. */
    static final Filters FILTERS = new Filters(Map.ofEntries(
            Map.entry("flow_id", Filters.text("flow_id", "r.flow_id")),
            Map.entry("run_number", Filters.number("run_number", "r.run_number")),
            Map.entry("run_id", Filters.text("run_id", "r.run_id")),
            Map.entry("user_name", Filters.text("user_name", "r.user_name")),
            Map.entry("user", Filters.text("user", USER.expression())),
            Map.entry("ts_epoch", Filters.time("ts_epoch", "r.ts_epoch")),
            Map.entry("last_heartbeat_ts", Filters.time("last_heartbeat_ts", "r.last_heartbeat_ts")),
            Map.entry("tags", Filters.json("tags", "r.tags")),
            Map.entry("system_tags", Filters.json("system_tags", "r.system_tags")),
            Map.entry("_tags", Filters.tags("(r.tags || r.system_tags)")),
            Map.entry("status", Filters.oneOf("status", STATUS_EXPRESSION, STATUSES))));

    private final EndpointContext context;
    private final Duration cutoff;

    /**
     * Pages of one service.
     *
     * @param cutoff an unfinished run counts as failed if its heartbeat is older than this
     */
    RunPages(EndpointContext context, Duration cutoff) {
        this.context = context;
        this.cutoff = cutoff;
    }

    /** The runs of a flow; with their status if the request filters by it. */
    PagedQuery of(Request request) {
        String runs = context.tables().runs();
        if (!isFilteredByStatus(request)) {
            return new PagedQuery(WITH_USER, Sql.of("FROM " + runs + " r").and(ofFlow(request)), SORT_KEYS);
        }
        return new PagedQuery(
                WITH_STATUS, Sql.of("FROM " + runs + " r").and(derivedStatus()).and(ofFlow(request)), SORT_KEYS);
    }

    private static Sql ofFlow(Request request) {
        return Sql.of("WHERE r.flow_id = ?", request.path("flow_id"));
    }

    private static boolean isFilteredByStatus(Request request) {
        return request.queries().stream()
                .map(Map.Entry::getKey)
                .anyMatch(name -> name.equals("status") || name.startsWith("status:"));
    }

    /**
     * The status comes from the metadata of step {@code end}. If an attempt has started after the newest result
     * ({@code attempt_ok}), the run is running; otherwise the result decides. Without a result, the run is running if its
     * heartbeat is recent enough, otherwise failed.
     */
    private Sql derivedStatus() {
        return Sql.of(
                """
                LEFT JOIN LATERAL (%s) result ON true LEFT JOIN LATERAL (%s) attempt ON true CROSS JOIN LATERAL (
                  SELECT CASE
                    WHEN attempt.ts_epoch > result.ts_epoch THEN 'running'
                    WHEN result.value IS NOT NULL THEN CASE WHEN lower(result.value) IN ('true', 't', 'yes', 'y', 'on', '1')
                      THEN 'completed' ELSE 'failed' END
                    WHEN r.last_heartbeat_ts > ? THEN 'running'
                    ELSE 'failed'
                  END AS status) derived""".formatted(newestEndMetadata("attempt_ok"), newestEndMetadata("attempt")),
                context.seconds() - cutoff.toSeconds());
    }

    /**
     * The inner order is that of the index on the step. The planner expects one row of any index on the run, and would prefer
     * the one on {@code ts_epoch}, with which it reads all metadata of a run that has not ended.
     */
    private String newestEndMetadata(String field) {
        return "SELECT e.value, e.ts_epoch FROM (SELECT m.value, m.ts_epoch, m.id FROM "
                + context.tables().metadata()
                + " m WHERE m.flow_id = r.flow_id AND m.run_number = r.run_number AND m.step_name = 'end'"
                + " AND m.field_name = '" + field + "' ORDER BY m.task_id OFFSET 0) e"
                + " ORDER BY e.ts_epoch DESC, e.id DESC LIMIT 1";
    }
}
