import { generateKeyPairSync, sign } from 'node:crypto';
import { pinned } from '../../server/leaks/github-keys.ts';

/** A key pair like those of GitHub, which the services of the tests trust. */
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const identifier = 'a-key-of-github';

export const githubKeys = pinned(new Map([[identifier, publicKey]]));

/** The same, in the document that GitHub publishes. */
export const published = {
  public_keys: [
    {
      key_identifier: identifier,
      key: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      is_current: true,
    },
  ],
};

/** The headers with which GitHub sends a body. */
export const githubHeaders = (body: string, dsaEncoding: 'der' | 'ieee-p1363' = 'der') => ({
  'Content-Type': 'application/json',
  'Github-Public-Key-Identifier': identifier,
  'Github-Public-Key-Signature': sign('sha256', Buffer.from(body), {
    key: privateKey,
    dsaEncoding,
  }).toString('base64'),
});
