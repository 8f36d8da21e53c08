package metaservice.v3;

import java.util.List;
import metaservice.kit.EndpointContext;
import metaservice.kit.Request;
import metaservice.kit.Sql;
import metaservice.resources.Metadata;

/** Pages of metadata. Thread-safe. */
final class MetadataPages {

    private static final List<PagedQuery.SortKey> SORT_KEYS =
            List.of(PagedQuery.SortKey.number("ts_epoch", "m.ts_epoch"), PagedQuery.SortKey.number("id", "m.id"));

    private final EndpointContext context;

    MetadataPages(EndpointContext context) {
        this.context = context;
    }

    /** The metadata of a run. */
    PagedQuery ofRun(Request request) {
        return pages(Metadata.fromRun(context, request));
    }

    /** The metadata of a task. */
    PagedQuery ofTask(Request request) {
        return pages(Metadata.fromTask(context, request));
    }

    private static PagedQuery pages(Sql rows) {
        return new PagedQuery(Metadata.COLUMNS, rows, SORT_KEYS);
    }
}
