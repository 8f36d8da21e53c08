package metaservice.tools;

/** What came of a command. */
sealed interface Outcome {

    /** The service did it; the text is the result. */
    record Done(String text) implements Outcome {}

    /** It did not come about; the text is one line for the operator. */
    record Failed(String text) implements Outcome {

        /** Puts whatever a service or a driver said on one line. */
        public Failed {
            text = text.strip().replaceAll("\\s*[\\r\\n]+\\s*", " ");
        }
    }
}
