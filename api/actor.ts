import { z } from '@hono/zod-openapi';

/** The header in which the operator names whom it acts for, such as the user of its own admin pages. */
export const onBehalfOfHeader = 'Latchkey-Actor';

const OnBehalfOf = z.string().regex(/^[ -~]{1,255}$/, 'Must have 1 to 255 printable ASCII characters.');

/** The headers of operations that write and that the operator can call. */
export const actHeaders = z.object({
  [onBehalfOfHeader]: OnBehalfOf.optional().openapi({
    description:
      'The person or service on whose behalf the operator acts. The events of this request record it as `onBehalfOf`, and so does a key that it creates. The owner of the account sees it. Only the operator can send it, also with a key of its own account: from any other caller it returns 422.',
    param: {
      name: onBehalfOfHeader,
      in: 'header',
      examples: { support: { value: 'support@example.com', 'x-disabled': true } },
    },
  }),
});

export const actorPattern =
  /^(?:(?:key|session)_[0-9a-f]{24}|operator|refresh_token|anyone|github|latchkey)$/;

/** The actors of events and keys, for descriptions. */
export const actors =
  '`key_…` or `session_…`, the API key or session that made the call; `operator`, the operator token; `refresh_token`, whoever sent one; `anyone`, a caller without a credential; `github`, the secret scanning of GitHub; `latchkey`, the service itself';

export const Actor = z
  .string()
  .regex(actorPattern)
  .openapi({ description: `Who did it: ${actors}.` });

export const onBehalfOf = z.string().nullable().openapi({
  description:
    'Whom the operator acted for: its `Latchkey-Actor` header. The owner of the account sees it too.',
});

/** Who made something, and for whom. */
export const Creator = z
  .object({ actor: Actor, onBehalfOf })
  .openapi('Creator', { description: 'Who minted it.' });
