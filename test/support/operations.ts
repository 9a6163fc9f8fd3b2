import { documents } from '../../server/pages/documents.ts';

/** A JSON Schema of the 2020-12 draft, as OpenAPI 3.1 has it; every reference in it is resolved. */
export interface Schema {
  type?: string | string[];
  enum?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  propertyNames?: Schema;
  maxProperties?: number;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  pattern?: string;
  format?: string;
  anyOf?: Schema[];
  oneOf?: Schema[];
  not?: Schema;
  dependentSchemas?: Record<string, Schema>;
  default?: unknown;
  example?: unknown;
}

interface Exemplified {
  schema: Schema;
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}

export type MediaType = Exemplified;

export interface Parameter extends Exemplified {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
}

interface Answer {
  headers?: Record<string, { required?: boolean; schema: Schema }>;
  content?: Record<string, MediaType>;
}

/** The parts of an operation that mean here what they mean in the document. */
interface Described {
  operationId: string;
  security: Record<string, string[]>[];
  requestBody?: { required?: boolean; content: Record<string, MediaType> };
  responses: Record<string, Answer>;
}

/** One operation at one of the places where its document says it is served. */
export interface Operation extends Described {
  contract: keyof typeof documents;
  method: string;
  /** Below the public URL, the server's base included: `/api/apikey/{apikey_id}`. */
  path: string;
  parameters: Parameter[];
}

/** A part of a document without references. None of ours refers to itself. */
function resolved(part: unknown, document: object): unknown {
  if (Array.isArray(part)) return part.map((item) => resolved(item, document));
  if (typeof part !== 'object' || part === null) return part;
  if ('$ref' in part) {
    const steps = String(part.$ref).slice(2).split('/');
    const target = steps.reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], document);
    return resolved(target, document);
  }
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, resolved(value, document)]));
}

/** Every operation of every document, at every server base, in the order of the documents. */
export const operations: Operation[] = Object.entries(documents).flatMap(([contract, document]) =>
  document.servers.flatMap(({ url }) =>
    Object.entries(document.paths).flatMap(([template, item]) =>
      Object.entries(item).map(([method, described]) => ({
        parameters: [],
        ...(resolved(described, document) as Described),
        contract: contract as keyof typeof documents,
        method: method.toUpperCase(),
        path: decodeURI(new URL(url + template).pathname),
      })),
    ),
  ),
);

/** How an operation is called in the name of a test. */
export const nameOf = ({ method, path }: Operation) => `${method} ${path}`;

/** The examples that a document gives of a parameter or a body. */
export const examplesOf = ({ schema, example = schema.example, examples = {} }: Exemplified): unknown[] => [
  ...(example === undefined ? [] : [example]),
  ...Object.values(examples).map(({ value }) => value),
];

/** Whether it takes no credential, so that whatever is refused as one was sent in the body. */
export const isPublic = ({ security }: Operation) => security.every((schemes) => isEmpty(schemes));

/** Whether nobody may call it without a credential. */
export const isGuarded = ({ security }: Operation) =>
  security.length > 0 && !security.some((schemes) => isEmpty(schemes));

/** How it challenges who sends no good credential, in the schemes that it takes. */
export const challengeOf = ({ contract }: Pick<Operation, 'contract'>) =>
  contract === 'oauth' ? 'Basic realm="latchkey", Bearer realm="latchkey"' : 'Bearer realm="latchkey"';

/** Whether a gateway calls it, with the key of its client beside its own, and by whatever method. */
export const isForGateways = ({ security }: Operation) => security.some((schemes) => 'gateway' in schemes);

const isEmpty = (value: object) => Object.keys(value).length === 0;
