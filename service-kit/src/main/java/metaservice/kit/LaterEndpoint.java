package metaservice.kit;

import java.util.concurrent.CompletionStage;

/**
 * An endpoint whose answer is completed later, by another thread. No thread waits for it, so it answers in time even if
 * all workers wait for the database. For {@link Route#later}.
 */
@FunctionalInterface
public interface LaterEndpoint {

    /** Answers one request; never blocks. The stage must complete normally. */
    CompletionStage<Answer> answer(Request request);

    /** The same in the form of a route's endpoint, which waits for the answer. The router does not call that. */
    record Waiting(LaterEndpoint later) implements Endpoint {
        @Override
        public Answer answer(Request request) throws Exception {
            return later.answer(request).toCompletableFuture().get();
        }
    }
}
