package metaservice.v1;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import javax.net.SocketFactory;
import metaservice.spi.DatabaseAccess;
import metaservice.spi.Health;
import metaservice.spi.RequestMemory;
import metaservice.spi.ServiceContext;
import metaservice.spi.ServiceSettings;
import metaservice.spi.SocketListener;
import metaservice.spi.Tables;
import metaservice.spi.TokenIssuer;

/**
 * The launcher's context without the settings that 1.x does not support: path prefix, pool for reads, table names and
 * triggers.
 */
record RestrictedContext(ServiceContext delegate) implements ServiceContext {

    @Override
    public String serviceVersion() {
        return delegate.serviceVersion();
    }

    @Override
    public DatabaseAccess database() {
        return new WithoutReaders(delegate.database());
    }

    @Override
    public ServiceSettings settings() {
        return new RestrictedSettings(delegate.settings());
    }

    @Override
    public TokenIssuer tokens() {
        return delegate.tokens();
    }

    @Override
    public RequestMemory memory() {
        return delegate.memory();
    }

    @Override
    public void pauseBetweenSteps() {
        delegate.pauseBetweenSteps();
    }

    /** The same database without a pool for reads. */
    private record WithoutReaders(DatabaseAccess delegate) implements DatabaseAccess {

        @Override
        public String jdbcUrl() {
            return delegate.jdbcUrl();
        }

        @Override
        public Optional<String> readerUrl() {
            return Optional.empty();
        }

        @Override
        public Map<String, String> properties() {
            return delegate.properties();
        }

        @Override
        public int poolMin() {
            return delegate.poolMin();
        }

        @Override
        public int poolMax() {
            return delegate.poolMax();
        }

        @Override
        public boolean poolsTransactions() {
            return delegate.poolsTransactions();
        }

        @Override
        public boolean groupsWrites() {
            return delegate.groupsWrites();
        }

        @Override
        public SocketFactory sockets() {
            return delegate.sockets();
        }

        @Override
        public SocketFactory sockets(SocketListener listener) {
            return delegate.sockets(listener);
        }

        @Override
        public CompletionStage<Health> check() {
            return delegate.check();
        }

        @Override
        public Duration timeout() {
            return delegate.timeout();
        }
    }

    private record RestrictedSettings(ServiceSettings delegate) implements ServiceSettings {

        @Override
        public String pathPrefix() {
            return "";
        }

        @Override
        public int maxBodyBytes() {
            return delegate.maxBodyBytes();
        }

        @Override
        public List<String> allowedOrigins() {
            return delegate.allowedOrigins();
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
            return delegate.inactiveCutoff();
        }
    }
}
