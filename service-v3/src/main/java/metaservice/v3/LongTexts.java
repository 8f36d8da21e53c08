package metaservice.v3;

import metaservice.kit.DatabaseAnswer;
import metaservice.kit.Endpoint;
import metaservice.kit.Outcome;
import metaservice.resources.BatchSpec;

/**
 * Stores texts of any length in columns that are limited to 255 characters in the reference. This version also runs on
 * schemas with the limited columns, and a migration may widen them at run time. So a request is first stored without the
 * limit, and stored with the limit only if the database refuses a value as too long.
 */
final class LongTexts {

    /** Artifacts. The fields of the key keep their limit, because they are in an index. */
    static final BatchSpec ARTIFACTS =
            BatchSpec.ARTIFACTS.withUnlimited("location", "ds_type", "sha", "type", "content_type");

    /** Metadata without a limit for the type. */
    static final BatchSpec METADATA = BatchSpec.METADATA.withUnlimited("type");

    /** SQLSTATE of a value that is longer than its column allows. */
    private static final String VALUE_TOO_LONG = "22001";

    private LongTexts() {}

    /**
     * An endpoint that stores texts of any length if the columns allow it.
     *
     * @param wide stores texts of any length; it stores nothing of a request if one of the texts is too long for its column
     * @param narrow rejects rows with texts of more than 255 characters
     */
    static Endpoint withLimitedFallback(Endpoint wide, Endpoint narrow) {
        return request -> {
            Outcome outcome = wide.answer(request);
            return outcome instanceof DatabaseAnswer pending
                    ? pending.recover(e -> {
                        if (!VALUE_TOO_LONG.equals(e.getSQLState())) {
                            throw e;
                        }
                        return narrow.answer(request);
                    })
                    : outcome;
        };
    }
}
