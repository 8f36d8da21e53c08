package metaservice.tools;

/** The outcome of a command. */
sealed interface Outcome {

    /**
     * The command has its result.
     *
     * @param exitCode 0, or another documented code if the result is one that scripts have to tell from others
     */
    record Done(String text, int exitCode) implements Outcome {

        /** Success; the text is the result. */
        Done(String text) {
            this(text, 0);
        }
    }

    /** Failure; the text is one line for the operator. */
    record Failed(String text) implements Outcome {

        /** Joins the lines of the text. */
        public Failed {
            text = text.strip().replaceAll("\\s*[\\r\\n]+\\s*", " ");
        }
    }
}
