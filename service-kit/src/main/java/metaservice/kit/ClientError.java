package metaservice.kit;

import java.util.Optional;

/** The request is invalid. Contains the answer for the client. */
public final class ClientError extends RuntimeException {

    private final transient Answer answer;
    private final transient Optional<BadField> badField;

    private ClientError(Answer answer, Optional<BadField> badField, String message, Throwable cause) {
        super(message, cause, false, false);
        this.answer = answer;
        this.badField = badField;
    }

    /**
     * A member of a JSON object that cannot be stored.
     *
     * @param field its name
     * @param reason what was expected
     */
    record BadField(String field, String reason) {}

    /** Status 400 and a message that names the field and what was expected. */
    static ClientError badField(String field, String reason) {
        String message = field + ": " + reason;
        return new ClientError(Answer.message(400, message), Optional.of(new BadField(field, reason)), message, null);
    }

    /** Status 400 and a message that says what is wrong and what was expected. */
    public static ClientError badRequest(String message) {
        return badRequest(message, null);
    }

    /** Status 400 and a message that says what is wrong, with the exception that caused it. */
    public static ClientError badRequest(String message, Throwable cause) {
        return new ClientError(Answer.message(400, message), Optional.empty(), message, cause);
    }

    /** An error with the given answer. */
    public static ClientError of(Answer answer) {
        return new ClientError(answer, Optional.empty(), "status " + answer.status(), null);
    }

    /** The invalid member, if the error is about a single one. */
    Optional<BadField> badField() {
        return badField;
    }

    /** The answer for the client. */
    public Answer answer() {
        return answer;
    }
}
