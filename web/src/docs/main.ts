// The page /docs: Swagger UI over /openapi.json, beside the application. Who is signed in there tries
// requests out as themselves; anybody else fills in a token or key under Authorize.
import SwaggerUi from 'swagger-ui-dist/swagger-ui-es-bundle.js';
import 'swagger-ui-dist/swagger-ui.css';
import { freshTokens } from '@/api/authorized-fetch';
import { isDark, watchDark, watchTheme } from '@/lib/theme';
import './docs.css';

async function signRequest(request: { url: string; headers: Record<string, string> }) {
  const isApi = new URL(request.url, window.location.origin).pathname.startsWith('/api/');
  if (!isApi || request.headers['Authorization'] || request.headers['X-API-Key']) return request;
  const tokens = await freshTokens();
  if (tokens) request.headers['Authorization'] = `Bearer ${tokens.access}`;
  return request;
}

const follow = () => document.documentElement.classList.toggle('dark-mode', isDark());
watchTheme();
watchDark(follow);
follow();

SwaggerUi({
  url: '/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  filter: true,
  persistAuthorization: false,
  // It would send the description to a service outside.
  validatorUrl: null,
  requestInterceptor: signRequest,
});
