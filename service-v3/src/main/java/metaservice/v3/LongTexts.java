package metaservice.v3;

import java.sql.SQLException;
import metaservice.kit.Endpoint;
import metaservice.resources.BatchSpec;

/**
 * Texts of any length where the reference's columns hold 255 characters. This version runs on schemas with the narrow
 * columns, too, and a migration may widen them while it runs. So it stores long texts first, and treats a request by the
 * narrow rules only if the database said that a value does not fit.
 */
final class LongTexts {

    /** Artifacts; what tells one from the others keeps its limit, because it is in an index. */
    static final BatchSpec ARTIFACTS =
            BatchSpec.ARTIFACTS.withUnlimited("location", "ds_type", "sha", "type", "content_type");

    /** Metadata. */
    static final BatchSpec METADATA = BatchSpec.METADATA.withUnlimited("type");

    /** SQLSTATE of a value that is longer than its column allows. */
    private static final String VALUE_TOO_LONG = "22001";

    private LongTexts() {}

    /**
     * An endpoint that stores texts of any length if the columns can hold them.
     *
     * @param wide stores texts of any length; nothing of a request is stored if one of them does not fit its column
     * @param narrow leaves out rows whose texts have more than 255 characters
     */
    static Endpoint orShort(Endpoint wide, Endpoint narrow) {
        return request -> {
            try {
                return wide.answer(request);
            } catch (SQLException e) {
                if (!VALUE_TOO_LONG.equals(e.getSQLState())) {
                    throw e;
                }
                return narrow.answer(request);
            }
        };
    }
}
