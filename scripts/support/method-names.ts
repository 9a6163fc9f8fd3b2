/**
 * The name of an operation's method in the typed client: its group and its own name, such as `keys.create`.
 *
 * An operation below `/v1/` is in the group of the first part of its path, and one of another contract, or beside
 * `/v1/`, in none. Its own name is its operation id, less the words that the group or the contract says: `createKey` is
 * `keys.create`, `getKeyUsage` is `keys.getUsage`, `getNamedAccount` is `accounts.get`, `createShareApiKey` is
 * `createApiKey`.
 */
export function methodNameOf(
  contract: string,
  { path, operationId }: { path: string; operationId: string },
): [name: string] | [group: string, name: string] {
  const [, group] = /^\/v1\/(\w+)/.exec(path) ?? [];
  const said = (group ?? contract).replace(/^./, (first) => first.toUpperCase()).replace(/s$/, '');
  const name = operationId.replace(new RegExp(`(?:Named)?${said}${group ? 's?' : ''}`), '');
  return group ? [group, name] : [name];
}
