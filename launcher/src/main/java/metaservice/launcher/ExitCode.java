package metaservice.launcher;

/** What the process tells its caller when it ends. */
enum ExitCode {
    /** Asked to stop, and stopped; or printed what was asked for. */
    DONE(0),
    /** Could not start, or could not stop in time; one sentence on standard error says why. */
    FAILED(1),
    /** Wrong options or settings; each is named on standard error. */
    USAGE(2),
    /**
     * The database is newer than this image and has shut out every service version in it. Not 3: with that status the
     * virtual machine ends a process that has no memory left ({@code -XX:+ExitOnOutOfMemoryError}).
     */
    SHUT_OUT(4);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }
}
