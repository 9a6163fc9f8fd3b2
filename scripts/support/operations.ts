import type { OpenAPIHono } from '@hono/zod-openapi';

export type Document = ReturnType<OpenAPIHono['getOpenAPI31Document']>;
export type Operation = NonNullable<NonNullable<Document['paths']>[string]['post']>;

/** Whether a gateway calls an operation by its configuration, so that the typed client has no method for it. */
export const isForGateways = ({ security = [] }: Operation) =>
  security.some((schemes) => 'gateway' in schemes);

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Each operation of a document, in its order. */
export function operationsOf(document: Document): { method: string; path: string; operation: Operation }[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const operation = item[method];
      return operation ? [{ method, path, operation }] : [];
    }),
  );
}
