/**
 * The address of the service and the token to send, as given or from the environment. The token of the environment is
 * only sent to the address of the environment.
 * @throws TypeError if there is no address, or it is none. The message does not show it: it may be a token in its place
 */
export function addressOf<Token>(given: { baseUrl?: string | undefined; token?: Token }): {
  baseUrl: string;
  token: Token | string | undefined;
} {
  const baseUrl = given.baseUrl ?? fromEnvironment('LATCHKEY_URL');
  if (!baseUrl) throw new TypeError('Pass a baseUrl, or set LATCHKEY_URL.');
  if (!isAddress(baseUrl)) {
    const name = given.baseUrl ? 'The baseUrl' : 'LATCHKEY_URL';
    throw new TypeError(`${name} must be like https://keys.example.com, without a user and a query.`);
  }
  return { baseUrl, token: given.token ?? (given.baseUrl ? undefined : fromEnvironment('LATCHKEY_TOKEN')) };
}

/** In a browser, an address may be a path: that of a proxy on the page's own host. */
const isAddress = (text: string) =>
  (/^https?:\/\/[^/?#\s@]+(\/[^?#\s]*)?$/i.test(text) && URL.canParse(text)) ||
  ('document' in globalThis && /^\/[^?#\s]*$/.test(text));

/** A path at an address, which may end in slashes. */
export const placed = (baseUrl: string, path: string): string => baseUrl.replace(/\/+$/, '') + path;

function fromEnvironment(name: string): string | undefined {
  try {
    const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
    return process?.env?.[name];
  } catch {
    // Deno asks for a permission, which may be denied.
    return undefined;
  }
}
