// The address of the document in full: the servers in it are relative to it.
window.SwaggerUIBundle({
  url: new URL("doc/swagger.json", window.location.href).href,
  dom_id: "#api",
  deepLinking: true,
  displayRequestDuration: true,
  validatorUrl: null,
});
