package metaservice.launcher;

import metaservice.settings.DatabaseConfig;

/** Where the database comes from: one that is given, or one that this process runs. Used by one thread. */
interface DatabaseSource extends AutoCloseable {

    /**
     * Starts the database if this process runs it.
     *
     * @return how to connect to it
     * @throws StartFailedException if this process runs it and cannot start it
     */
    DatabaseConfig open() throws StartFailedException;

    /** Stops what {@link #open} started; a failure is logged and not thrown. */
    @Override
    void close();

    /** A database that runs already. */
    static DatabaseSource given(DatabaseConfig config) {
        return new DatabaseSource() {
            @Override
            public DatabaseConfig open() {
                return config;
            }

            @Override
            public void close() {
                // It runs on.
            }
        };
    }
}
