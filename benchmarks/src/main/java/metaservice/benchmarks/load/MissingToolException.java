package metaservice.benchmarks.load;

/** A program that the benchmark needs is not installed; the message says how to install it. */
final class MissingToolException extends Exception {

    MissingToolException(String message) {
        super(message);
    }
}
