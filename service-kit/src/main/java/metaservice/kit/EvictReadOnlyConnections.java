package metaservice.kit;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;

/**
 * Makes the pool for writes close a connection when its server reports that it is read-only. After a fail-over the host
 * name may resolve to the former primary for a while; a new connection resolves the name again.
 */
final class EvictReadOnlyConnections implements SQLExceptionOverride {

    /** SQLSTATE {@code read_only_sql_transaction}. */
    static final String READ_ONLY = "25006";

    @java.lang.Override
    public SQLExceptionOverride.Override adjudicate(SQLException failure) {
        return READ_ONLY.equals(failure.getSQLState())
                ? SQLExceptionOverride.Override.MUST_EVICT
                : SQLExceptionOverride.Override.CONTINUE_EVICT;
    }
}
