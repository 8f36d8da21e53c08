package metaservice.kit;

import io.undertow.server.HttpServerExchange;
import java.util.ArrayList;
import java.util.List;
import metaservice.spi.MemoryBudget;
import metaservice.spi.RequestMemory;

/** Memory for one service, without waiting: a request that would have to wait is refused at once. Thread-safe. */
record FixedMemory(MemoryBudget bodies, MemoryBudget parsing, MemoryBudget answers) implements RequestMemory {

    /** Three budgets of the same size. */
    static FixedMemory of(long bytes) {
        return new FixedMemory(new Budget(bytes), new Budget(bytes), new Budget(bytes));
    }

    /** A number of bytes. */
    static final class Budget implements MemoryBudget {

        private final long bytes;
        private final List<Holder> holders = new ArrayList<>();
        private long left;

        Budget(long bytes) {
            this.bytes = bytes;
            this.left = bytes;
        }

        @Override
        public long bytes() {
            return bytes;
        }

        @Override
        public synchronized boolean take(long wanted) {
            if (left < wanted) {
                return false;
            }
            left -= wanted;
            return true;
        }

        @Override
        public boolean await(long wanted) {
            return take(wanted);
        }

        @Override
        public synchronized void giveBack(long returned) {
            left += returned;
        }

        @Override
        public void giveBackAfter(HttpServerExchange exchange, long returned) {
            exchange.addExchangeCompleteListener((answered, next) -> {
                giveBack(returned);
                next.proceed();
            });
        }

        @Override
        public synchronized void watch(Holder holder) {
            holders.add(holder);
        }

        @Override
        public synchronized void unwatch(Holder holder) {
            holders.remove(holder);
        }

        @Override
        public void notifyHolders(long now) {
            List.copyOf(holders).forEach(holder -> holder.memoryIsShort(now));
        }
    }
}
