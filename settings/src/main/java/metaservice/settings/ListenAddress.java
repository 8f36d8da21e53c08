package metaservice.settings;

/**
 * Where a listener listens.
 *
 * @param host name or address to bind to
 * @param port 0 to 65535; 0 means any free one
 * @param hostSetting the setting that changes the host, for messages
 * @param portSetting the setting that changes the port, for messages
 */
public record ListenAddress(String host, int port, Setting hostSetting, Setting portSetting) {}
