import type { securitySchemes } from '../../api/security.ts';
import { type Document, operationsOf } from './operations.ts';
import { code, fieldsOf, said, typeOf } from './schema-text.ts';
import { type Body, type Content, exampleOf, nameOf, type Schema, type Schemas } from './schemas.ts';

/** An OpenAPI document as a page of Markdown, for people and for language models: what it says, each thing once. */

type Entry = ReturnType<typeof operationsOf>[number];
interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: Schema;
}
interface Response extends Body {
  description: string;
  headers?: Record<string, object>;
}

/** A line of a list, and what it is about: a parameter or a status. */
interface Line {
  name: string;
  text: string;
}

/** The lines that many operations have, by their names. They stand once in the page. */
type Common = ReadonlyMap<string, string>;

/** Of how many operations a line is common. */
const many = 3;

const json = (value: unknown) => `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\`\n`;
const form = (value: unknown) =>
  `\`\`\`text\n${new URLSearchParams(value as Record<string, string>)}\n\`\`\`\n`;
const contentsOf = ({ content = {} }: Body) => Object.entries(content);
const byName = (lines: Line[]) => Map.groupBy(lines, ({ name }) => name);

const parametersOf = ({ operation }: Entry): Line[] =>
  ((operation.parameters ?? []) as Parameter[]).map(({ name, schema, required, description, in: place }) => {
    const type = `${typeOf(schema)}${required ? ', required' : ''}`;
    return { name, text: `- \`${name}\` in ${place}, ${type}${said(description, '  ')}\n` };
  });

const responsesOf = ({ operation }: Entry): Line[] =>
  Object.entries((operation.responses ?? {}) as Record<string, Response>).map(([status, response]) => {
    const [[, { schema, example }] = ['', {} as Content]] = contentsOf(response);
    const headers = Object.keys(response.headers ?? {}).filter((name) => name !== 'x-request-id');
    const type = schema ? `, ${typeOf(schema)}` : '';
    const sent = headers.length > 0 ? ` Headers: ${headers.map(code).join(', ')}.` : '';
    const fields = schema ? fieldsOf(schema, '  ') : '';
    const shown =
      fields && example !== undefined ? `\n${json(example).replaceAll(/^/gm, '  ').trimEnd()}\n\n` : '';
    return {
      name: status,
      text: `- ${status}${type}${said(response.description, '  ')}${sent}\n${fields}${shown}`,
    };
  });

/** The line that most operations with a parameter of that name, or an error of that status, have. */
function commonOf(lines: Line[]): Common {
  const common = new Map<string, string>();
  for (const [name, own] of [...byName(lines)].toSorted()) {
    const [most = []] = [...Map.groupBy(own, ({ text }) => text).values()].toSorted(
      (a, b) => b.length - a.length,
    );
    if (most.length >= many && most.length > own.length / 2 && !/^[23]/.test(name))
      common.set(name, most[0]?.text ?? '');
  }
  return common;
}

/** A list of lines. Those that are common are only named. */
function listOf(title: string, lines: Line[], common: Common): string[] {
  const isCommon = ({ name, text }: Line) => common.get(name) === text;
  const named = lines.filter(isCommon).map(({ name }) => code(name));
  const own = lines.filter((line) => !isCommon(line)).map(({ text }) => text);
  const usual = `[as usual](#common-${title.toLowerCase()})`;
  if (named.length > 0) own.push(`- ${named.join(', ')}: ${usual}\n`);
  return own.length > 0 ? [`${title}:\n\n${own.join('')}`] : [];
}

type Scheme = keyof typeof securitySchemes;

/** What each security scheme of our contracts is called in a sentence. */
const callers: Record<Scheme, string> = {
  accessToken: 'an access token',
  apiKey: 'an API key',
  operatorKey: 'an API key in the operator’s own account',
  operatorToken: 'the operator token',
  client: 'an API key or the operator token as a client of OAuth',
  gateway: 'a gateway, by `Latchkey-Authorization`,',
  presentedKey: 'the API key of its client as a bearer token',
  presentedApiKey: 'the API key of its client in `X-API-Key`',
};

const callersOf = ({ operation: { security = [] } }: Entry) =>
  (security.length > 0 ? security : [{}])
    .map((alternative) => {
      const parts = Object.entries(alternative).map(([scheme, scopes]) =>
        [callers[scheme as Scheme], ...(scopes.length > 0 ? [scopes.map(code).join(' and ')] : [])].join(
          ' with ',
        ),
      );
      return parts.join(' with ') || 'anyone';
    })
    .join('; ');

/** The page of a document. */
export function referenceOf(document: Document): string {
  const { info, servers = [], tags = [], components } = document;
  const schemas = (components?.schemas ?? {}) as Schemas;
  const entries = operationsOf(document);
  const common = {
    parameters: commonOf(entries.flatMap(parametersOf)),
    responses: commonOf(entries.flatMap(responsesOf)),
  };

  const operationText = (entry: Entry) => {
    const { method, path, operation } = entry;
    const body = operation.requestBody as Body | undefined;
    const contents = contentsOf(body ?? {});
    const types = contents.map(([type, { schema }]) => `${typeOf(schema)} as \`${type}\``);
    const example = contents[0] && exampleOf(contents[0][1], schemas);
    return [
      `### ${operation.summary}\n`,
      `\`${method.toUpperCase()} ${path}\`: \`${operation.operationId}\`\n`,
      `Callers: ${callersOf(entry)}.\n`,
      `${operation.description}\n`,
      ...listOf('Parameters', parametersOf(entry), common.parameters),
      ...(body ? [`Body: ${types.join(', or ')}.\n`] : []),
      ...(example === undefined ? [] : [contents[0]?.[0].includes('form') ? form(example) : json(example)]),
      ...listOf('Responses', responsesOf(entry), common.responses),
    ].join('\n');
  };

  const answers = entries.flatMap(({ operation }) =>
    Object.values((operation.responses ?? {}) as Record<string, Response>).flatMap((response) =>
      contentsOf(response).map(([, content]) => content),
    ),
  );
  const schemaText = ([name, schema]: [string, Schema]) => {
    const answer = answers.find(({ schema, example }) => example !== undefined && nameOf(schema) === name);
    return [
      `### Schema ${name}\n`,
      ...(schema.description ? [`${schema.description}\n`] : []),
      fieldsOf(schema) || `${typeOf(schema)}\n`,
      ...(answer ? [json(answer.example)] : []),
    ].join('\n');
  };

  const section = (title: string, texts: string[], separator = '\n') =>
    texts.length > 0 ? [`## ${title}\n\n${texts.join(separator)}`] : [];
  return [
    `# ${info.title}\n\n${info.description}\n`,
    `Base URL: ${servers.map(({ url }) => code(url)).join(' or ')}\n`,
    ...section('Common parameters', [...common.parameters.values()], ''),
    ...section('Common responses', [...common.responses.values()], ''),
    ...tags.flatMap(({ name, description }) => {
      const own = entries.filter(({ operation }) => operation.tags?.includes(name));
      return section(name, [`${description}\n`, ...own.map(operationText)]);
    }),
    ...section('Schemas', Object.entries(schemas).map(schemaText)),
  ].join('\n');
}
