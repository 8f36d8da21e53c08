package metaservice.v1;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import metaservice.spi.DatabaseAccess;
import metaservice.spi.ServiceContext;
import metaservice.spi.ServiceSettings;
import metaservice.spi.Tables;
import metaservice.spi.TokenIssuer;

/** The part of the context that 1.x knows: no path prefix, no reader pool, no other table names and no triggers. */
record KnownContext(ServiceContext given) implements ServiceContext {

    @Override
    public String serviceVersion() {
        return given.serviceVersion();
    }

    @Override
    public DatabaseAccess database() {
        return new OnePool(given.database());
    }

    @Override
    public ServiceSettings settings() {
        return new KnownSettings(given.settings());
    }

    @Override
    public TokenIssuer tokens() {
        return given.tokens();
    }

    /** The same database without a reader pool. */
    private record OnePool(DatabaseAccess given) implements DatabaseAccess {

        @Override
        public String jdbcUrl() {
            return given.jdbcUrl();
        }

        @Override
        public Optional<String> readerUrl() {
            return Optional.empty();
        }

        @Override
        public Map<String, String> properties() {
            return given.properties();
        }

        @Override
        public int poolMin() {
            return given.poolMin();
        }

        @Override
        public int poolMax() {
            return given.poolMax();
        }

        @Override
        public Duration timeout() {
            return given.timeout();
        }
    }

    private record KnownSettings(ServiceSettings given) implements ServiceSettings {

        @Override
        public String pathPrefix() {
            return "";
        }

        @Override
        public int maxBodyBytes() {
            return given.maxBodyBytes();
        }

        @Override
        public List<String> allowedOrigins() {
            return given.allowedOrigins();
        }

        @Override
        public Tables tables() {
            return Tables.DEFAULT;
        }

        @Override
        public Optional<String> triggerSchema() {
            return Optional.empty();
        }

        @Override
        public Duration inactiveCutoff() {
            return given.inactiveCutoff();
        }
    }
}
