package metaservice.kit.document;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import metaservice.spi.DatabaseAccess;
import metaservice.spi.ServiceContext;
import metaservice.spi.ServiceSettings;
import metaservice.spi.Tables;
import metaservice.spi.TokenIssuer;

/** The context in which the build describes an API: default settings, no database and no credentials. */
record DocumentContext(String serviceVersion) implements ServiceContext, DatabaseAccess, ServiceSettings {

    @Override
    public DatabaseAccess database() {
        return this;
    }

    @Override
    public ServiceSettings settings() {
        return this;
    }

    @Override
    public TokenIssuer tokens() {
        return () -> {
            throw new IllegalStateException("there are no credentials while a document is made");
        };
    }

    @Override
    public String jdbcUrl() {
        return "jdbc:postgresql:";
    }

    @Override
    public Optional<String> readerUrl() {
        return Optional.empty();
    }

    @Override
    public Map<String, String> properties() {
        return Map.of();
    }

    @Override
    public int poolMin() {
        return 0;
    }

    @Override
    public int poolMax() {
        return 1;
    }

    @Override
    public Duration timeout() {
        return Duration.ofSeconds(1);
    }

    @Override
    public String pathPrefix() {
        return "";
    }

    @Override
    public int maxBodyBytes() {
        return 1;
    }

    @Override
    public List<String> allowedOrigins() {
        return List.of();
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
        return Duration.ofMinutes(6);
    }
}
