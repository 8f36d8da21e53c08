package metaservice.kit;

import metaservice.spi.MemoryBudget;

/**
 * The memory that one request takes while its body is parsed and stored. Bodies of at most 16 KiB are not counted. For one
 * thread.
 */
final class ParsingMemory {

    /**
     * Bytes for each byte of the body: the parsed texts, the parameter array as text, which is built in a buffer that
     * doubles, and as bytes, and the stored row if it is answered.
     */
    private static final int FOR_EACH_BYTE = 6;

    /** The same if the body has other characters than ASCII: Java stores such texts with two bytes for each character. */
    private static final int FOR_EACH_WIDE_BYTE = 10;

    /** Bytes for each value, object, array and member of the body: its node in the tree, and its place in a batch. */
    private static final int FOR_EACH_TOKEN = 120;

    private static final Answer TOO_LITTLE = Answer.message(
                    503, "too many long bodies are being processed at once, please retry")
            .with("Retry-After", "1");

    private final MemoryBudget budget;
    private final long bytes;

    private ParsingMemory(MemoryBudget budget, long bytes) {
        this.budget = budget;
        this.bytes = bytes;
    }

    /**
     * Takes what the body needs, at most the whole budget; waits for it.
     *
     * @throws ClientError 503 if the memory does not become free in time
     */
    static ParsingMemory take(MemoryBudget budget, byte[] body) throws InterruptedException {
        long bytes = Math.min(estimate(body), budget.bytes());
        if (bytes > 0 && !budget.await(bytes)) {
            throw ClientError.of(TOO_LITTLE);
        }
        return new ParsingMemory(budget, bytes);
    }

    /** Bytes that the body is expected to take; 0 if it is short. */
    static long estimate(byte[] body) {
        if (body.length <= BodyBudget.FREE) {
            return 0;
        }
        long tokens = 0;
        boolean isWide = false;
        boolean inText = false;
        for (int i = 0; i < body.length; i++) {
            byte b = body[i];
            isWide |= b < 0;
            if (b == '"') {
                inText = !inText;
            } else if (inText && b == '\\' && i + 1 < body.length) {
                i++;
                isWide |= body[i] == 'u';
            } else if (!inText && isToken(b)) {
                tokens++;
            }
        }
        return (long) body.length * (isWide ? FOR_EACH_WIDE_BYTE : FOR_EACH_BYTE)
                + FOR_EACH_TOKEN * Math.min(tokens, Json.MAX_TOKENS);
    }

    /** Whether this begins an object or array, or comes before a value. */
    private static boolean isToken(byte b) {
        return b == '[' || b == '{' || b == ',' || b == ':';
    }

    /** Returns the memory. To be called once. */
    void giveBack() {
        if (bytes > 0) {
            budget.giveBack(bytes);
        }
    }
}
