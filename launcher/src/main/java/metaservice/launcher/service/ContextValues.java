package metaservice.launcher.service;

import metaservice.spi.DatabaseAccess;
import metaservice.spi.RequestMemory;
import metaservice.spi.ServiceContext;
import metaservice.spi.ServiceSettings;
import metaservice.spi.TokenIssuer;

/** The parameters of the start of a service. */
record ContextValues(
        String serviceVersion,
        DatabaseAccess database,
        ServiceSettings settings,
        TokenIssuer tokens,
        RequestMemory memory)
        implements ServiceContext {}
