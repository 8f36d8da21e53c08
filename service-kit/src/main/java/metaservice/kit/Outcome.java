package metaservice.kit;

/** What an endpoint returns: an answer, or a statement whose result becomes the answer. */
public sealed interface Outcome permits Answer, BlockingAnswer, DatabaseAnswer {

    /**
     * The answer. Waits for the database, so it must not be called on an I/O thread.
     *
     * @throws Exception as of {@link Endpoint#answer}
     */
    Answer get() throws Exception;
}
