import * as oauth from 'oauth4webapi';
import { beforeAll, expect, test } from 'vitest';
import { createApp } from '../server/app.ts';
import { expectData, startService, type TestService } from './support/harness.ts';

/** `GET /.well-known/oauth-authorization-server`: how OAuth clients find the rest. */

let service: TestService;

beforeAll(async () => {
  service = await startService();
});

const path = '/.well-known/oauth-authorization-server';

/** What a client that is given the issuer finds, at a service with this public URL. */
async function discover(publicUrl: string) {
  const app = createApp({ ...service.context, publicUrl });
  const response = await oauth.discoveryRequest(new URL(publicUrl), {
    algorithm: 'oauth2',
    [oauth.allowInsecureRequests]: true,
    [oauth.customFetch]: async (url, init) => app.fetch(new Request(url, { headers: init.headers })),
  });
  return oauth.processDiscoveryResponse(new URL(publicUrl), response);
}

test('a client that knows the issuer alone finds the endpoints, and uses them', async () => {
  const as = await discover(service.context.publicUrl);
  const ada = await service.signIn();
  const key = async (scopes: string[]) =>
    expectData(await ada.client.POST('/v1/keys', { body: { name: 'Key', scopes } }));
  const [server, { id, token }] = [await key(['keys:verify']), await key([])];
  const client = { client_id: server.id };
  const authenticate = oauth.ClientSecretBasic(server.token);
  const options = {
    [oauth.allowInsecureRequests]: true,
    [oauth.customFetch]: (url: string, init: object) => service.fetch(url, init),
  };
  const introspect = async () => {
    const response = await oauth.introspectionRequest(as, client, authenticate, token, options);
    return oauth.processIntrospectionResponse(as, client, response);
  };
  expect(await introspect()).toMatchObject({ active: true, client_id: id });
  const revoked = await oauth.revocationRequest(as, client, authenticate, token, options);
  await oauth.processRevocationResponse(revoked);
  expect(await introspect()).toEqual({ active: false });
});

test('the metadata has what there is, and nothing else', async () => {
  const metadata = await (await service.fetch(path)).json();
  expect(metadata).toEqual({
    issuer: 'http://latchkey.test',
    jwks_uri: 'http://latchkey.test/.well-known/jwks.json',
    token_endpoint: 'http://latchkey.test/oauth2/token',
    token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post'],
    grant_types_supported: ['urn:ietf:params:oauth:grant-type:token-exchange'],
    introspection_endpoint: 'http://latchkey.test/oauth2/introspect',
    introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'Bearer'],
    revocation_endpoint: 'http://latchkey.test/oauth2/revoke',
    revocation_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
    service_documentation: 'http://latchkey.test/docs',
  });
  for (const url of [metadata.jwks_uri, metadata.service_documentation])
    expect((await service.fetch(url)).status, url).toBe(200);
  for (const url of [metadata.token_endpoint, metadata.introspection_endpoint, metadata.revocation_endpoint])
    expect((await service.fetch(url, { method: 'OPTIONS' })).headers.get('allow'), url).toBe('POST, OPTIONS');
});

test('a path of the public URL comes after the well-known one, and where a proxy strips it, before', async () => {
  const publicUrl = 'https://example.com/keys/v2';
  expect(await discover(publicUrl)).toMatchObject({
    issuer: publicUrl,
    introspection_endpoint: `${publicUrl}/oauth2/introspect`,
  });
  const app = createApp({ ...service.context, publicUrl });
  const at = async (place: string) => app.fetch(new Request(`http://latchkey.test${place}`));
  expect((await (await at(path)).json()).issuer).toBe(publicUrl);
  const elsewhere = await at(`${path}/keys`);
  expect([elsewhere.status, (await elsewhere.json()).error]).toEqual([404, 'invalid_request']);
});

test('it can be cached for five minutes, and then be revalidated', async () => {
  const response = await service.fetch(path);
  expect(response.headers.get('cache-control')).toBe('public, max-age=300');
  const headers = { 'If-None-Match': response.headers.get('etag') ?? '' };
  expect((await service.fetch(path, { headers })).status).toBe(304);
});
