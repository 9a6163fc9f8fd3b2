import { apache } from './apache.ts';
import { caddy } from './caddy.ts';
import type { Gateway } from './gateway.ts';
import { go } from './go.ts';
import { haproxy } from './haproxy.ts';
import { nginx } from './nginx.ts';
import { asgi, wsgi } from './python.ts';

/** Those that run in the process of the product. */
export const middlewares: Gateway[] = [wsgi, asgi, go];

/** Those that have a recipe in deploy/gateways/. */
export const gateways: Gateway[] = [nginx, caddy, haproxy, apache, ...middlewares];
