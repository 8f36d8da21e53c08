package metaservice.launcher;

/** The launcher cannot start, for an expected reason. The message is one sentence for the operator. */
final class StartFailedException extends Exception {

    private final ExitCode exitCode;

    StartFailedException(String message, Throwable cause) {
        super(message, cause);
        this.exitCode = ExitCode.FAILED;
    }

    StartFailedException(ExitCode exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    ExitCode exitCode() {
        return exitCode;
    }
}
