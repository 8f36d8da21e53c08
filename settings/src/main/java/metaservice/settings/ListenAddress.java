package metaservice.settings;

/**
 * The address of a listener.
 *
 * @param host host name or address to bind to
 * @param port 0 to 65535; 0 selects a free port
 * @param hostSetting the setting of the host, for messages
 * @param portSetting the setting of the port, for messages
 */
public record ListenAddress(String host, int port, Setting hostSetting, Setting portSetting) {}
