package metaservice.tools.database;

/** A database cannot be used for a command. The message is one sentence for the operator. */
public final class DatabaseProblem extends Exception {

    private static final long serialVersionUID = 1L;

    /** A problem that this program found. */
    public DatabaseProblem(String sentence) {
        super(sentence);
    }

    /** A problem that the server or the driver reported. */
    public DatabaseProblem(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
