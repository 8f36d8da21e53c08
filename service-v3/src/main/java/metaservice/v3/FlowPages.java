package metaservice.v3;

import java.util.List;
import metaservice.kit.EndpointContext;
import metaservice.kit.Request;
import metaservice.kit.Sql;
import metaservice.resources.Flows;

/** Pages of flows. Thread-safe. */
final class FlowPages {

    private final String from;

    FlowPages(EndpointContext context) {
        this.from = "FROM " + context.tables().flows() + " WHERE true";
    }

    /** All flows. */
    PagedQuery all(Request request) {
        return new PagedQuery(
                Flows.COLUMNS,
                Sql.of(from),
                List.of(
                        PagedQuery.SortKey.number("ts_epoch", "ts_epoch"),
                        PagedQuery.SortKey.text("flow_id", "flow_id")));
    }
}
