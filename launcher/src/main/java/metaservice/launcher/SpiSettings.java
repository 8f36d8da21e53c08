package metaservice.launcher;

import metaservice.launcher.service.SettingsValues;
import metaservice.settings.ServiceOptions;
import metaservice.settings.TableNames;
import metaservice.settings.TokenSettings;
import metaservice.spi.ServiceSettings;
import metaservice.spi.Tables;
import metaservice.spi.TokenRole;

/** Translates the operator's settings into the records that services and the token library are given. */
public final class SpiSettings {

    private SpiSettings() {}

    /** What every service version is given. */
    public static ServiceSettings service(ServiceOptions options) {
        TableNames names = options.tables();
        return new SettingsValues(
                options.pathPrefix(),
                options.maxBodyBytes(),
                options.allowedOrigins(),
                new Tables(
                        names.flows(), names.runs(), names.steps(), names.tasks(), names.metadata(), names.artifacts()),
                options.triggerSchema(),
                options.inactiveCutoff());
    }

    /** What the token library is given. */
    static TokenRole role(TokenSettings settings) {
        return new TokenRole(settings.arn(), settings.region(), settings.endpoint());
    }
}
