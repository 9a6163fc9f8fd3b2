import type { MiddlewareHandler } from 'hono';
import { MethodNotAllowed } from '../errors.ts';

interface PathItem {
  patch?: { requestBody?: { content?: object } };
}

const patchTypes = ({ patch }: PathItem): { 'Accept-Patch'?: string } =>
  patch ? { 'Accept-Patch': Object.keys(patch.requestBody?.content ?? {}).join(', ') } : {};

/**
 * Handles methods that a path does not have, for which Hono would answer 404: OPTIONS is answered with `Allow`, and any
 * other method throws MethodNotAllowed.
 * @param paths the `paths` of an OpenAPI document
 * @param base a prefix of all paths
 */
export function onlyDocumentedMethods(paths: Record<string, object>, base: string): MiddlewareHandler {
  const documented = Object.entries(paths).map(([path, item]) => [base + path, item] as const);
  const templates = documented.map(([template, item]) => ({
    template,
    pattern: new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    // RFC 5789, section 3.1.
    acceptPatch: patchTypes(item),
    methods: Object.keys(item).flatMap((method) =>
      method === 'get' ? ['GET', 'HEAD'] : method.toUpperCase(),
    ),
  }));
  /** A path without parameters has precedence: in `/v1/keys/current`, `current` is no key id. */
  const find = (path: string) =>
    templates.find(({ template }) => template === path) ??
    templates.find(({ pattern }) => pattern.test(path));

  return async (c, next) => {
    const found = find(c.req.path);
    if (!found || found.methods.includes(c.req.method)) return next();
    const allow = [...found.methods, 'OPTIONS'].join(', ');
    if (c.req.method === 'OPTIONS') return c.body(null, 204, { Allow: allow, ...found.acceptPatch });
    throw new MethodNotAllowed(c.req.method, allow);
  };
}
