/** What the API's document says of the metadata service. Used when a version is built; not in a service's jar. */
package metaservice.resources.document;
