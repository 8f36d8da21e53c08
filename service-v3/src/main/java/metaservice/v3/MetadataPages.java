package metaservice.v3;

import java.util.List;
import metaservice.kit.EndpointContext;
import metaservice.kit.Request;
import metaservice.kit.Sql;
import metaservice.resources.Ids;
import metaservice.resources.Metadata;

/** Pages of metadata. */
final class MetadataPages {

    private static final List<Paged.Order> ORDER =
            List.of(Paged.Order.number("ts_epoch", "m.ts_epoch"), Paged.Order.number("id", "m.id"));

    private final String from;

    MetadataPages(EndpointContext parts) {
        this.from = "FROM " + parts.tables().metadata() + " m WHERE";
    }

    /** Everything of a run. */
    Paged ofRun(Request request) {
        return pages(Ids.run(request, "m"));
    }

    /** Everything of a task. */
    Paged ofTask(Request request) {
        return pages(Ids.task(request, "m"));
    }

    private Paged pages(Sql rows) {
        return new Paged(Metadata.COLUMNS, Sql.of(from).and(rows), ORDER);
    }
}
