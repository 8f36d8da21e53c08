package metaservice.v3;

import java.util.List;
import metaservice.kit.EndpointContext;
import metaservice.kit.Request;
import metaservice.kit.Sql;
import metaservice.resources.Flows;

/** Pages of flows. */
final class FlowPages {

    private final String from;

    FlowPages(EndpointContext parts) {
        this.from = "FROM " + parts.tables().flows() + " WHERE true";
    }

    /** All flows. */
    Paged all(Request request) {
        return new Paged(
                Flows.COLUMNS,
                Sql.of(from),
                List.of(Paged.Order.number("ts_epoch", "ts_epoch"), Paged.Order.text("flow_id", "flow_id")));
    }
}
