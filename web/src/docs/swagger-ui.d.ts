declare module 'swagger-ui-dist/swagger-ui-es-bundle.js' {
  /** https://swagger.io/docs/open-source-tools/swagger-ui/usage/configuration/ */
  const SwaggerUi: (options: Record<string, unknown>) => unknown;
  export { SwaggerUi as default };
}
