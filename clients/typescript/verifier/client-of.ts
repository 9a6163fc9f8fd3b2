import { type Client, plainIp, plainUserAgent } from '../../../decide/client.ts';
import type { Asked } from '../verify.ts';

/** Who presented a token. Values that are not texts are ignored, as the service does. */
export const clientOf = ({ ip, userAgent }: Asked): Client => ({
  ip: typeof ip === 'string' ? plainIp(ip) : null,
  userAgent: typeof userAgent === 'string' ? plainUserAgent(userAgent) : null,
});
