package metaservice.launcher;

/** The exit codes of the process. */
enum ExitCode {
    /** Stopped after a signal, or printed help or the version. */
    DONE(0),
    /** Could not start, or could not stop in time. Standard error has one sentence with the reason. */
    FAILED(1),
    /** Invalid options or settings. Standard error names each of them. */
    USAGE(2),
    /**
     * The database is newer than this image and admits none of its service versions. Not 3, because the virtual machine
     * exits with 3 when it is out of memory ({@code -XX:+ExitOnOutOfMemoryError}).
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
