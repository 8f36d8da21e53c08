package metaservice.launcher;

import java.util.Optional;
import metaservice.launcher.service.DatabaseCheck;
import metaservice.launcher.service.DatabaseValues;
import metaservice.launcher.service.SettingsValues;
import metaservice.launcher.service.SharedMemory;
import metaservice.settings.DatabaseConfig;
import metaservice.settings.Pooling;
import metaservice.settings.ServiceOptions;
import metaservice.settings.TableNames;
import metaservice.settings.TokenSettings;
import metaservice.spi.DatabaseAccess;
import metaservice.spi.ServiceSettings;
import metaservice.spi.Tables;
import metaservice.spi.TokenRole;

/** Converts the operator's settings to the types of the service SPI. */
public final class SpiSettings {

    private SpiSettings() {}

    /**
     * The settings for all services.
     *
     * @param schema the schema of the tables, in which triggers are created
     */
    public static ServiceSettings service(ServiceOptions options, String schema) {
        TableNames names = options.tables();
        return new SettingsValues(
                options.pathPrefix(),
                longestBody(options),
                options.allowedOrigins(),
                new Tables(
                        names.flows(), names.runs(), names.steps(), names.tasks(), names.metadata(), names.artifacts()),
                options.triggers() ? Optional.of(schema) : Optional.empty(),
                options.inactiveCutoff());
    }

    /** The longest body that is configured, or that the heap allows, in bytes. */
    static int longestBody(ServiceOptions options) {
        return (int) Math.min(options.maxBodyBytes(), SharedMemory.OF_PROCESS.longestBody());
    }

    /** How services reach the database. */
    public static DatabaseAccess database(DatabaseConfig config) {
        return new DatabaseValues(
                config.jdbcUrl(),
                config.readerUrl(),
                config::currentProperties,
                config.pooling() == Pooling.TRANSACTION,
                config.groupsWrites(),
                config.poolMin(),
                config.poolMax(),
                config.timeout(),
                new DatabaseCheck(config.dataSources(DatabaseCheck.DATABASE_TIMEOUT)));
    }

    /** The role for the token library. */
    static TokenRole role(TokenSettings settings) {
        return new TokenRole(settings.arn(), settings.region(), settings.endpoint());
    }
}
