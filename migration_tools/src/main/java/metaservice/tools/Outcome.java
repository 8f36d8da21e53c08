package metaservice.tools;

/** The outcome of a command. */
sealed interface Outcome {

    /** Success; the text is the result. */
    record Done(String text) implements Outcome {}

    /** Failure; the text is one line for the operator. */
    record Failed(String text) implements Outcome {

        /** Joins the lines of the text. */
        public Failed {
            text = text.strip().replaceAll("\\s*[\\r\\n]+\\s*", " ");
        }
    }
}
