package metaservice.kit;

import java.util.List;

/**
 * A request body that was read completely, as it was sent, and the part of the budget that it holds. That part is the
 * length of its longest form, because the other forms are garbage soon, while a parsed body takes many times its length.
 * For one thread at a time.
 */
final class ReceivedBody {

    private static final byte[] NOTHING = {};

    private final BodyBudget budget;
    private byte[] sent;
    private int held;

    /** A body for which {@link BodyReader} has taken its length from the budget. */
    ReceivedBody(byte[] sent, BodyBudget budget) {
        this.sent = sent;
        this.held = sent.length;
        this.budget = budget;
    }

    /**
     * The body without its codings. To be called once.
     *
     * @param contentEncoding the values of the header {@code Content-Encoding}
     * @param maxBytes longest body after each coding is removed
     * @throws ClientError 415 for an unknown coding, 400 for damaged data, 413 for a longer body, 503 if too many other
     *     bodies are in memory
     */
    byte[] decoded(List<String> contentEncoding, int maxBytes) {
        byte[] body = sent;
        sent = NOTHING;
        if (body.length == 0) {
            return body;
        }
        for (ContentCoding coding : ContentCoding.of(contentEncoding)) {
            body = new Inflation(coding, maxBytes, this::hold).inflate(body);
        }
        return body;
    }

    private void hold(int bytes) {
        if (bytes <= held) {
            return;
        }
        if (!budget.take(held, bytes - held)) {
            budget.refuseSlowBodies(System.nanoTime());
            throw ClientError.of(BodyReader.TOO_MANY);
        }
        held = bytes;
    }

    /** Returns its part to the budget, when the body is no longer needed. */
    void release() {
        budget.giveBack(held);
        held = 0;
    }
}
