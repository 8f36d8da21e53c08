package metaservice.kit;

/** The request is wrong; carries the answer that says how. */
public final class ClientError extends RuntimeException {

    private final transient Answer answer;

    private ClientError(Answer answer, String message, Throwable cause) {
        super(message, cause, false, false);
        this.answer = answer;
    }

    /** Status 400 and a message that names the field and what was expected of it. */
    public static ClientError badRequest(String message) {
        return badRequest(message, null);
    }

    /** Status 400, keeping what brought it to light. */
    public static ClientError badRequest(String message, Throwable cause) {
        return new ClientError(Answer.message(400, message), message, cause);
    }

    /** Any other answer. */
    public static ClientError of(Answer answer) {
        return new ClientError(answer, "status " + answer.status(), null);
    }

    /** What the client gets. */
    public Answer answer() {
        return answer;
    }
}
