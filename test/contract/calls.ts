import { isForGateways, type Operation, type Parameter, type Schema } from '../support/operations.ts';
import { accepts, faultsIn, typesOf } from '../support/schemas.ts';
import { issuedNames } from './callers.ts';

/** Stands for a value that only the service can give out, such as an id: filled in when the call is made. */
export const issued = Symbol('issued');

/** A call of an operation, but for who makes it. */
export interface Call {
  operation: Operation;
  /** Path parameters that are not to be issued ones. */
  path?: Record<string, string>;
  query: [name: string, value: string | typeof issued][];
  headers?: Record<string, string>;
  body?: { type: string; value: unknown } | undefined;
}

const multipart = 'multipart/form-data';
export const isForm = (type: string): boolean =>
  type === 'application/x-www-form-urlencoded' || type === multipart;

/** What a contract says of a call; `either` where it leaves it open. */
export interface Judgement {
  verdict: 'good' | 'bad' | 'either';
  /** The keywords that it breaks. */
  keywords: string[];
  why: string;
}

const judged = new WeakMap<Call, Judgement>();

export function judge(call: Call): Judgement {
  const judgement = judged.get(call) ?? judgeAll(call);
  judged.set(call, judgement);
  return judgement;
}

function judgeAll(call: Call): Judgement {
  const parts = [
    ...call.operation.parameters.map((parameter) => judgeParameter(call, parameter)),
    judgeBody(call),
  ];
  const known = new Set(call.operation.parameters.map(({ name }) => name));
  if (lacksShared(call)) parts.push(open);
  // OpenAPI has no word for "and no other parameter".
  if (call.query.some(([name]) => !known.has(name)))
    parts.push(refusesUnknown(call.operation) ? bad('the query has an unknown parameter') : open);
  const worst =
    parts.find(({ verdict }) => verdict === 'bad') ?? parts.find(({ verdict }) => verdict === 'either');
  return { ...(worst ?? good), keywords: parts.flatMap(({ keywords }) => keywords) };
}

/** Whether an operation refuses a query parameter that it does not have. A gateway sends the query of its client. */
export const refusesUnknown = (operation: Operation): boolean =>
  operation.path.startsWith('/v1/') && !isForGateways(operation);

/**
 * Whether a value that may come in the query or in the body comes in neither, or blank: that it must come in one, no
 * schema can say.
 */
function lacksShared({ operation, query, body }: Call): boolean {
  const inQuery = operation.parameters.flatMap((parameter) =>
    parameter.in === 'query' ? [parameter.name] : [],
  );
  const inBody = Object.values(operation.requestBody?.content ?? {}).flatMap(({ schema }) =>
    Object.keys(schema.properties ?? {}),
  );
  const shared = inQuery.filter((name) => inBody.includes(name));
  const pairs = [...query, ...Object.entries(Object(body?.value))];
  const isBlank = (value: unknown) => (typeof value === 'string' ? value.trim() === '' : value === null);
  const sent = pairs.flatMap(([name, value]) => (isBlank(value) ? [] : [name]));
  return shared.length > 0 && !shared.some((name) => sent.includes(name));
}

const good: Judgement = { verdict: 'good', keywords: [], why: '' };
const open: Judgement = { verdict: 'either', keywords: [], why: '' };
const bad = (why: string, ...keywords: string[]): Judgement => ({ verdict: 'bad', keywords, why });

/** Headers that are refused from some callers, which no schema can say. */
const ofSomeCallers = new Set(['Latchkey-Actor']);

function judgeHeader({ headers = {} }: Call, { name, schema, required }: Parameter): Judgement {
  const value = headers[name];
  if (value === undefined) return required ? bad(`${name} is missing`, 'required') : good;
  // HTTP takes the white space around a value off it.
  const judgement = judgeValue(schema, value.trim(), name);
  return judgement.verdict === 'good' && ofSomeCallers.has(name) ? open : judgement;
}

function judgeParameter(call: Call, parameter: Parameter): Judgement {
  const { query, path = {} } = call;
  const { name, schema, required } = parameter;
  if (parameter.in === 'header') return judgeHeader(call, parameter);
  if (parameter.in === 'path') return name in path ? bad(`${name} is not one that was issued`) : good;
  const values = query.filter(([key]) => key === name);
  const value = values[0]?.[1];
  if (value === undefined) return required ? bad(`${name} is missing`, 'required') : good;
  if (values.length > 1) return bad(`${name} is there twice`, 'type');
  if (value === issued) return good;
  const judgement = judgeValue(schema, readText(schema, value), name);
  return judgement.verdict === 'good' && issuedNames.has(name) ? open : judgement;
}

function judgeBody({ operation, body }: Call): Judgement {
  const { requestBody } = operation;
  if (!requestBody) return body ? open : good;
  if (!body) return requestBody.required ? bad('the body is missing', 'required') : good;
  const schema = requestBody.content[body.type]?.schema;
  if (!schema) return bad(`${body.type} is not documented`);
  const value = operation.contract === 'oauth' ? withValues(body.value) : body.value;
  const judgement = judgeValue(schema, isForm(body.type) ? readForm(schema, value) : value, 'body');
  return judgement.verdict === 'good' && carriesCredential(body.value) ? open : judgement;
}

/** What the forms of OAuth are read as: a parameter without a value counts as omitted (RFC 6749, section 3.2). */
const withValues = (form: unknown) =>
  Object.fromEntries(Object.entries(Object(form)).filter(([, value]) => value !== ''));

/** Whether a form says who sends it, beside the bearer token of a call: no schema can say that it must be the same one. */
const carriesCredential = (value: unknown) =>
  ['client_id', 'client_secret'].some((name) => Object(value)[name]);

/** What the product's own client sent of itself is never refused: the schema says what makes sense. */
const neverRefused = new Set(['/ip', '/userAgent']);

function judgeValue(schema: Schema, value: unknown, place: string): Judgement {
  const faults = faultsIn(schema, value);
  if (faults.length === 0) return good;
  if (faults.every(({ instancePath }) => neverRefused.has(instancePath))) return open;
  // White space around what people type may be cut off before it is judged.
  if (accepts(schema, trimmed(value))) return open;
  const why = faults.map(({ instancePath, message }) => `${place}${instancePath} ${message}`).join(', ');
  return bad(why, ...faults.map(({ keyword }) => keyword));
}

function trimmed(value: unknown): unknown {
  if (typeof value === 'string') return value.trim();
  if (Array.isArray(value)) return value.map(trimmed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, trimmed(inner)]));
}

/** What a text stands for in a query or a form, where everything is text. */
function readText(schema: Schema, text: string): unknown {
  const types = typesOf(schema);
  if (types.includes('integer') && /^-?(0|[1-9]\d*)$/.test(text)) return Number(text);
  if (types.includes('number') && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (types.includes('boolean') && /^(true|false)$/.test(text)) return text === 'true';
  return text;
}

const readForm = ({ properties = {} }: Schema, value: unknown) =>
  Object.fromEntries(
    Object.entries(value as Record<string, string | string[]>).map(([name, field]) => [
      name,
      typeof field === 'string' ? readText(properties[name] ?? {}, field) : field,
    ]),
  );

/** Whether a text can be the value of a header: no character outside Latin-1, and none that ends a line. */
export const fitsHeader = (text: string): boolean => /^[\t\x20-\x7e\x80-\xff]*$/.test(text);

/** Whether a value can be sent in a form: named texts, some of them perhaps more than once. */
export const fitsForm = (value: unknown): value is Record<string, string | string[]> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every(
    (field) =>
      typeof field === 'string' ||
      (Array.isArray(field) && field.length > 1 && field.every((item) => typeof item === 'string')),
  );

/** Where a call goes and what it carries, with the issued values in it. */
export function render({ operation, path = {}, query, headers, body }: Call, give: (name: string) => string) {
  const target = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    name in path ? encodeURIComponent(path[name] ?? '') : give(name),
  );
  const pairs = query.map(
    ([name, value]) =>
      `${encodeURIComponent(name)}=${value === issued ? give(name) : encodeURIComponent(value)}`,
  );
  return {
    target: pairs.length > 0 ? `${target}?${pairs.join('&')}` : target,
    headers: {
      ...headers,
      ...(body && {
        'Content-Type': body.type === multipart ? `${multipart}; boundary=${boundary}` : body.type,
      }),
    },
    ...(body && { body: isForm(body.type) ? formOf(body) : JSON.stringify(body.value) }),
  };
}

function formOf({ type, value }: NonNullable<Call['body']>): string {
  const fields = Object.entries(value as Record<string, string | string[]>).flatMap(([name, field]) =>
    [field].flat().map((text): [string, string] => [name, text]),
  );
  if (type !== multipart) return new URLSearchParams(fields).toString();
  const parts = fields.map(
    ([name, text]) => `Content-Disposition: form-data; name="${inQuotes(name)}"\r\n\r\n${text}\r\n`,
  );
  return [...parts.map((part) => `--${boundary}\r\n${part}`), `--${boundary}--\r\n`].join('');
}

const boundary = 'boundary-of-a-part';
/** RFC 7578, section 2. */
const inQuotes = (name: string) => name.replaceAll(/["\r\n]/g, encodeURIComponent);

/** A line for a shell that makes the call again; what is issued, and the credential, are variables in it. */
export function curlOf(call: Call, credential: string | undefined): string {
  const { target, headers, body } = render(call, (name) => `$${name}`);
  // What is not printable ASCII is escaped as JSON allows; a form has nothing else.
  const text = body?.replaceAll(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return [
    `curl -i -X ${call.operation.method} "http://127.0.0.1:8787${target}"`,
    ...(credential ? [`-H "Authorization: Bearer $${credential}"`] : []),
    ...Object.entries(headers).map(([name, value]) => `-H '${name}: ${value}'`),
    ...(text === undefined ? [] : [`--data-raw '${text.replaceAll("'", `'\\''`)}'`]),
  ].join(' ');
}
