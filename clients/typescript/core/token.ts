import type { CoreOptions } from './options.ts';

/** @throws TypeError if `bearer` cannot be sent. Unlike that of Headers, the message does not show it */
export function assertSendable(bearer: string, { dangerouslyAllowBrowser }: CoreOptions): void {
  if (!/^[\x21-\x7e]+$/.test(bearer))
    throw new TypeError('The token has a character that no token has, such as a line break.');
  const isInBrowser = 'document' in globalThis;
  const isAccessToken = /^[\w-]+\.[\w-]+\.[\w-]+$/.test(bearer);
  if (isInBrowser && !isAccessToken && !dangerouslyAllowBrowser)
    throw new TypeError(
      'Everybody who opens this page could read this token: use a session, or set dangerouslyAllowBrowser.',
    );
}
