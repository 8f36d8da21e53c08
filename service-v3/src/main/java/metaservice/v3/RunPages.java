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

/** Pages of a flow's runs, and what they may be narrowed by: the derived status among it. */
final class RunPages {

    private static final List<Paged.Order> ORDER =
            List.of(Paged.Order.number("ts_epoch", "r.ts_epoch"), Paged.Order.number("run_number", "r.run_number"));

    private static final List<String> STATUSES = List.of("running", "completed", "failed");
    private static final String STATUS_EXPRESSION = "derived.status";

    /** When a run shows its status. */
    static final String WHEN_STATUS = "only in lists that were filtered by it: " + String.join(", ", STATUSES);

    /** When a run shows its user. */
    static final String WHEN_USER = "only in what is read, and if the run has the system tag user:<user_name>";

    /** The user, if the run has a tag of that user. */
    private static final Column USER = new Column(
            "user",
            "CASE WHEN r.system_tags ?? ('user:' || r.user_name) THEN r.user_name END",
            Column.Kind.TEXT_IF_ANY);

    /** What a run shows that is read. */
    static final Columns WITH_USER = Runs.COLUMNS.and(USER);

    private static final Column STATUS = Column.text("status").from(STATUS_EXPRESSION);

    /** What a run shows in a list that was filtered by its status. */
    static final Columns WITH_STATUS = WITH_USER.and(STATUS);

    /** What the list may be narrowed by. */
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

    private final EndpointContext parts;
    private final Duration cutoff;

    /**
     * Pages of one service.
     *
     * @param cutoff age of a heartbeat from which an unfinished run counts as failed
     */
    RunPages(EndpointContext parts, Duration cutoff) {
        this.parts = parts;
        this.cutoff = cutoff;
    }

    /** The runs of a flow; they show their status if one is asked for. */
    Paged of(Request request) {
        String runs = parts.tables().runs();
        if (!isStatusAskedFor(request)) {
            return new Paged(WITH_USER, Sql.of("FROM " + runs + " r").and(ofFlow(request)), ORDER);
        }
        return new Paged(
                WITH_STATUS, Sql.of("FROM " + runs + " r").and(derivedStatus()).and(ofFlow(request)), ORDER);
    }

    private static Sql ofFlow(Request request) {
        return Sql.of("WHERE r.flow_id = ?", request.path("flow_id"));
    }

    private static boolean isStatusAskedFor(Request request) {
        return request.queries().stream()
                .map(Map.Entry::getKey)
                .anyMatch(name -> name.equals("status") || name.startsWith("status:"));
    }

    /**
     * What the task of step {@code end} said last decides: an attempt that began after the last verdict is running, and
     * otherwise the verdict counts. Without a verdict, a run is as alive as its heartbeat.
     */
    private Sql derivedStatus() {
        return Sql.of(
                """
                LEFT JOIN LATERAL (%s) verdict ON true LEFT JOIN LATERAL (%s) attempt ON true CROSS JOIN LATERAL (
                  SELECT CASE
                    WHEN attempt.ts_epoch > verdict.ts_epoch THEN 'running'
                    WHEN verdict.value IS NOT NULL THEN CASE WHEN lower(verdict.value) IN ('true', 't', 'yes', 'y', 'on', '1')
                      THEN 'completed' ELSE 'failed' END
                    WHEN r.last_heartbeat_ts > ? THEN 'running'
                    ELSE 'failed'
                  END AS status) derived""".formatted(lastOfEnd("attempt_ok"), lastOfEnd("attempt")), parts.seconds() - cutoff.toSeconds());
    }

    private String lastOfEnd(String field) {
        return "SELECT m.value, m.ts_epoch FROM " + parts.tables().metadata()
                + " m WHERE m.flow_id = r.flow_id AND m.run_number = r.run_number AND m.step_name = 'end'"
                + " AND m.field_name = '" + field + "' ORDER BY m.ts_epoch DESC, m.id DESC LIMIT 1";
    }
}
