package metaservice.v3;

import java.util.List;
import metaservice.kit.EndpointContext;
import metaservice.kit.Request;
import metaservice.kit.Sql;
import metaservice.resources.Ids;
import metaservice.resources.Metadata;

/** Pages of metadata. Thread-safe. */
final class MetadataPages {

    private static final List<PagedQuery.SortKey> SORT_KEYS =
            List.of(PagedQuery.SortKey.number("ts_epoch", "m.ts_epoch"), PagedQuery.SortKey.number("id", "m.id"));

    private final String from;

    MetadataPages(EndpointContext context) {
        this.from = "FROM " + context.tables().metadata() + " m WHERE";
    }

    /** The metadata of a run. */
    PagedQuery ofRun(Request request) {
        return pages(Ids.run(request, "m"));
    }

    /** The metadata of a task. */
    PagedQuery ofTask(Request request) {
        return pages(Ids.task(request, "m"));
    }

    private PagedQuery pages(Sql rows) {
        return new PagedQuery(Metadata.COLUMNS, Sql.of(from).and(rows), SORT_KEYS);
    }
}
