import { OpenAPIHono } from '@hono/zod-openapi';
import { type Contract, contracts } from '../../api/contracts.ts';
import { securitySchemes } from '../../api/security.ts';
import { type ContractName, contractNames } from '../../decide/contracts.ts';
import manifest from '../../package.json' with { type: 'json' };
import { codeSample } from './code-sample.ts';
import { addIntegerFormats } from './integer-formats.ts';
import { type Document, isForGateways, operationsOf } from './operations.ts';

/** The contracts that our typed client speaks. */
export const clientContracts = contractNames.filter((name) => 'typedClient' in contracts[name]);

const requestId = {
  'x-request-id': {
    description: 'Names this request in the logs. It is your own `x-request-id`, if you sent a valid one.',
    required: true,
    schema: { type: 'string' as const },
  },
};

/** The OpenAPI 3.1 document of a contract, made from its routes. */
export function documentOf(name: ContractName): Document {
  const { title, summary, description, tags, bases, routes, serverError, typedClient }: Contract =
    contracts[name];
  const app = new OpenAPIHono();
  for (const [scheme, facts] of Object.entries(securitySchemes))
    if (routes.some(({ security }) => security?.some((callers) => scheme in callers)))
      app.openAPIRegistry.registerComponent('securitySchemes', scheme, facts);
  for (const route of routes)
    app.openAPIRegistry.registerPath({ ...route, responses: { ...route.responses, 500: serverError } });
  const info = {
    title,
    summary,
    version: manifest.version,
    description,
    license: { name: 'MIT', url: 'https://spdx.org/licenses/MIT' },
  };
  const document = app.getOpenAPI31Document({
    openapi: '3.1.1',
    info,
    servers: bases.map((base) => ({ url: `http://127.0.0.1:8787${base}` })),
    tags,
    // Every operation names its callers itself; this is what a reader of the docs is asked for first.
    security: routes[0]?.security?.slice(0, 1) ?? [],
  });
  addIntegerFormats(document);
  for (const { path, operation } of operationsOf(document)) {
    for (const response of Object.values(operation.responses ?? {}))
      response.headers = { ...requestId, ...response.headers };
    if (typedClient === 'main' && !isForGateways(operation))
      operation['x-codeSamples'] = [
        { lang: 'TypeScript', label: 'Typed client', source: codeSample(path, operation, document) },
      ];
  }
  return document;
}
