package metaservice.v3;

import java.util.List;
import metaservice.kit.EndpointContext;
import metaservice.kit.Request;
import metaservice.kit.Sql;
import metaservice.resources.Artifacts;
import metaservice.resources.Ids;

/** Pages of artifacts: the newest row for each task and artifact name. Thread-safe. */
final class ArtifactPages {

    private static final List<PagedQuery.SortKey> SORT_KEYS = List.of(
            PagedQuery.SortKey.number("ts_epoch", "a.ts_epoch"),
            PagedQuery.SortKey.number("task_id", "a.task_id"),
            PagedQuery.SortKey.text("name", "a.name"));

    private final String table;
    private final String joinedWithRun;

    ArtifactPages(EndpointContext context) {
        this.table = context.tables().artifacts();
        this.joinedWithRun = Artifacts.joinedWithRun(context);
    }

    /** The artifacts of a run. */
    PagedQuery ofRun(Request request) {
        return pages(Ids.run(request, "candidate"));
    }

    /** The artifacts of a step. */
    PagedQuery ofStep(Request request) {
        return pages(Ids.step(request, "candidate"));
    }

    /** The artifacts of a task. */
    PagedQuery ofTask(Request request) {
        return pages(Ids.task(request, "candidate"));
    }

    private PagedQuery pages(Sql rows) {
        Sql newest = Sql.of("FROM (SELECT DISTINCT ON (flow_id, run_number, task_id, name) candidate.* FROM " + table
                        + " candidate WHERE")
                .and(rows)
                .and("ORDER BY flow_id, run_number, task_id, name, ts_epoch DESC, attempt_id DESC)" + joinedWithRun
                        + " WHERE true");
        return new PagedQuery(Artifacts.COLUMNS, newest, SORT_KEYS);
    }
}
