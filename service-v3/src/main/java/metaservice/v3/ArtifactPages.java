package metaservice.v3;

import java.util.List;
import metaservice.kit.EndpointContext;
import metaservice.kit.Request;
import metaservice.kit.Sql;
import metaservice.resources.Artifacts;
import metaservice.resources.Ids;

/** Pages of artifacts: of each name in each task the newest row. */
final class ArtifactPages {

    private static final List<Paged.Order> ORDER = List.of(
            Paged.Order.number("ts_epoch", "a.ts_epoch"),
            Paged.Order.number("task_id", "a.task_id"),
            Paged.Order.text("name", "a.name"));

    private final String table;
    private final String joinedWithRun;

    ArtifactPages(EndpointContext parts) {
        this.table = parts.tables().artifacts();
        this.joinedWithRun = Artifacts.joinedWithRun(parts);
    }

    /** Those of a run. */
    Paged ofRun(Request request) {
        return pages(Ids.run(request, "every"));
    }

    /** Those of a step. */
    Paged ofStep(Request request) {
        return pages(Ids.step(request, "every"));
    }

    /** Those of a task. */
    Paged ofTask(Request request) {
        return pages(Ids.task(request, "every"));
    }

    private Paged pages(Sql rows) {
        Sql newest = Sql.of("FROM (SELECT DISTINCT ON (flow_id, run_number, task_id, name) every.* FROM " + table
                        + " every WHERE")
                .and(rows)
                .and("ORDER BY flow_id, run_number, task_id, name, ts_epoch DESC, attempt_id DESC)" + joinedWithRun
                        + " WHERE true");
        return new Paged(Artifacts.COLUMNS, newest, ORDER);
    }
}
