package metaservice.tools;

/** The result of one HTTP request. */
sealed interface Reply {

    /** A complete HTTP response. */
    record Answered(int status, String body) implements Reply {}

    /**
     * No complete response.
     *
     * @param problem one line for the operator
     * @param sent whether the request may have reached the service
     */
    record NoResponse(String problem, boolean sent) implements Reply {}
}
