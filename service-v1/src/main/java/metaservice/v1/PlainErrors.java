package metaservice.v1;

import metaservice.kit.Failures;

/** The format of database errors in 1.x: the message and its detail as one text. */
final class PlainErrors {

    static final Failures.DatabaseErrorFormat FORMAT =
            (error, answer) -> answer.put("err_msg", Failures.withDetail(error));

    private PlainErrors() {}
}
