package metaservice.tools;

/** What came back from the service. */
sealed interface Reply {

    /** A complete HTTP answer. */
    record Answered(int status, String body) implements Reply {}

    /** No complete answer; the problem is one line for the operator, {@code sent} whether the request may have arrived. */
    record Missing(String problem, boolean sent) implements Reply {}
}
