/**
 * HTTP without knowledge of services: listeners and their limits. {@link metaservice.launcher.http.HttpListener} owns a
 * socket and its threads, {@link metaservice.launcher.http.ClientTimeouts} closes connections of clients that are too
 * slow, {@link metaservice.launcher.http.FrontDoor} sends the requests of one public listener to a handler that can be
 * replaced, and {@link metaservice.launcher.http.Admission} counts the requests in flight so that they can be drained.
 * Uses no other package of the launcher.
 */
package metaservice.launcher.http;
