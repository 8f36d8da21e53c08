package metaservice.v1;

import metaservice.kit.Failures;

/** How 1.x shows an error of the database: the message and its detail as one text. */
final class PlainErrors {

    static final Failures.DatabaseErrorFormat FORM = (error, answer) -> answer.put("err_msg", Failures.withDetail(error));

    private PlainErrors() {}
}
