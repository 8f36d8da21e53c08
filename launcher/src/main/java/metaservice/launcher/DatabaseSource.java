package metaservice.launcher;

import metaservice.settings.DatabaseConfig;

/** Where the database comes from: somebody else runs it, or we do. Used by one thread. */
interface DatabaseSource extends AutoCloseable {

    /**
     * Makes sure that there is a database, as far as that is our business, and says how to reach it.
     *
     * @throws StartFailedException if it is our business and cannot be done
     */
    DatabaseConfig open() throws StartFailedException;

    /** Stops what {@link #open} started. Never throws. */
    @Override
    void close();

    /** A database that somebody else runs. */
    static DatabaseSource given(DatabaseConfig config) {
        return new DatabaseSource() {
            @Override
            public DatabaseConfig open() {
                return config;
            }

            @Override
            public void close() {
                // whoever runs it stops it
            }
        };
    }
}
