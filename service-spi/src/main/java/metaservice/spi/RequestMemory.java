package metaservice.spi;

/**
 * The parts of the heap for requests. They are separate, because requests that are being received could otherwise take what
 * the ones before them need to end. The launcher implements it. Thread-safe.
 */
public interface RequestMemory {

    /** For bodies as they were received. */
    MemoryBudget bodies();

    /** For what is made of a body: the parsed values and the parameters of its statement. */
    MemoryBudget parsing();

    /** For answers that their clients have not read yet. */
    MemoryBudget answers();
}
