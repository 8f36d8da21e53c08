package metaservice.v3;

import java.util.List;
import java.util.Map;
import metaservice.kit.EndpointContext;
import metaservice.kit.Request;
import metaservice.kit.Sql;
import metaservice.resources.Ids;
import metaservice.resources.Tasks;

/** Pages of a step's tasks, and their filters. Thread-safe. */
final class TaskPages {

    /** The filters of the list. */
    static final Filters FILTERS = new Filters(Map.of(
            "task_id", Filters.number("task_id", "t.task_id"),
            "task_name", Filters.text("task_name", "t.task_name"),
            "user_name", Filters.text("user_name", "t.user_name"),
            "ts_epoch", Filters.time("ts_epoch", "t.ts_epoch"),
            "last_heartbeat_ts", Filters.time("last_heartbeat_ts", "t.last_heartbeat_ts")));

    private static final List<PagedQuery.SortKey> SORT_KEYS = List.of(
            PagedQuery.SortKey.number("ts_epoch", "t.ts_epoch"), PagedQuery.SortKey.number("task_id", "t.task_id"));

    private final String from;

    TaskPages(EndpointContext context) {
        this.from = Tasks.from(context);
    }

    /** The tasks of a step. */
    PagedQuery ofStep(Request request) {
        return new PagedQuery(Tasks.COLUMNS, Sql.of(from).and(Ids.step(request, "t")), SORT_KEYS);
    }
}
