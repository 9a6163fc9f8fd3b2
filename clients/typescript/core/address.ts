/**
 * The address of the service and the token to send, as given or from the environment. The token of the environment is
 * only sent to the address of the environment.
 * @throws TypeError if there is no address
 */
export function addressOf<Token>(given: { baseUrl?: string | undefined; token?: Token }): {
  baseUrl: string;
  token: Token | string | undefined;
} {
  const baseUrl = given.baseUrl ?? fromEnvironment('LATCHKEY_URL');
  if (!baseUrl) throw new TypeError('Pass a baseUrl, or set LATCHKEY_URL.');
  return { baseUrl, token: given.token ?? (given.baseUrl ? undefined : fromEnvironment('LATCHKEY_TOKEN')) };
}

function fromEnvironment(name: string): string | undefined {
  try {
    const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
    return process?.env?.[name];
  } catch {
    // Deno asks for a permission, which may be denied.
    return undefined;
  }
}
