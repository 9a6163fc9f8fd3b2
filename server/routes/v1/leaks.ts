import { githubHeaders, leaks } from '../../../api/leaks.ts';
import { maxLongBodyBytes } from '../../../api/problem.ts';
import { AttemptLimiter } from '../../attempt-limiter.ts';
import { isOperatorToken } from '../../auth/authenticate.ts';
import { actorOf } from '../../auth/callers.ts';
import type { ServiceContext } from '../../context.ts';
import { NoSuchPath, WrongSignature } from '../../errors.ts';
import type { Act } from '../../events/recording.ts';
import type { Incoming } from '../../http/incoming.ts';
import { type Operation, operation } from '../../http/operation.ts';
import { sentHeaders } from '../../http/serve.ts';
import { isSignedByGithub } from '../../leaks/github-keys.ts';
import { reportLeaks } from '../../leaks/leaks.ts';
import { withoutToken } from '../../leaks/without-token.ts';

/**
 * A text from GitHub as it can be stored: without NUL characters and lone surrogates, and clipped, which must not leave a
 * part of the token. Null: it is empty.
 */
const plain = (text: string | undefined, token: string, maxLength: number): string | null =>
  withoutToken(token, text?.replaceAll('\0', '') ?? '')
    .slice(0, maxLength)
    .toWellFormed() || null;

const { headers: signatureHeaders } = leaks.reportFromGithub.request;

export function leakOperations(context: ServiceContext): Operation[] {
  // Every report counts: if only unknown tokens did, the limit would tell which tokens are known.
  const reports = new AttemptLimiter(100);
  const wrongSignatures = new AttemptLimiter(10);

  /** Only wrong signatures are limited: whoever sends many must not keep GitHub's own reports out. */
  async function checkSignature(bytes: Uint8Array, incoming: Incoming): Promise<void> {
    const { githubKeys } = context;
    if (!githubKeys)
      throw new NoSuchPath(
        'This deployment takes no reports of GitHub: GITHUB_SECRET_SCANNING_KEYS is not set.',
      );
    // Without a signature, no keys are fetched.
    const { data } = signatureHeaders.safeParse(sentHeaders(signatureHeaders, incoming));
    if (data) {
      const { [githubHeaders.identifier]: identifier, [githubHeaders.signature]: signature } = data;
      if (await isSignedByGithub(githubKeys, bytes, { identifier, signature })) return;
    }
    await wrongSignatures.take(incoming.client().ip ?? 'unknown');
    throw new WrongSignature();
  }

  const report = async (found: Parameters<typeof reportLeaks>[1], act: Act) => {
    if (found.some(({ token }) => isOperatorToken(context, token)))
      context.log.error('an operator token was reported as leaked: change OPERATOR_TOKEN');
    await reportLeaks(context, found, act);
  };

  return [
    operation(leaks.report, async ({ act, caller, json: { token, url = null, source = null } }) => {
      await reports.take(actorOf(caller));
      await report([{ token, url, source }], act);
    }),

    operation(
      leaks.reportFromGithub,
      async ({ act, json }) => {
        const found = json.map(({ token, url, source }) => ({
          token,
          url: plain(url, token, 2_048),
          source: plain(source, token, 255),
        }));
        await report(found, { ...act, actor: 'github' });
      },
      { maxBodyBytes: maxLongBodyBytes, checkBody: checkSignature },
    ),
  ];
}
