import { byOperator, byOperatorKey, gatewayHeader } from '../../../api/security.ts';
import { isPromise } from '../../../decide/maybe-async.ts';
import { authenticate } from '../../auth/authenticate.ts';
import type { ServiceContext } from '../../context.ts';
import { DatabaseUnavailable, Refusal, Unauthenticated } from '../../errors.ts';
import type { Incoming } from '../../http/incoming.ts';

/** What a gateway says of itself and of the request. None of it may come from the client. */
interface Gateway {
  token: string;
  /** The header whose last value is the client's address. Undefined: the address is unknown. */
  ipHeader: string | undefined;
  /** The URI of the service behind the gateway. */
  audience: string | undefined;
  /** The audience of the JWT that says who the client is. Undefined: no JWT. */
  identityAudience: string | undefined;
}

const parameterNames = ['ip-header', 'audience', 'identity-audience'];

const credential = /^bearer +([\w.~+/-]{1,8192}=*)(.*)$/i;
// The parameters of a media type (RFC 9110, section 5.6.6), without the escapes of a quoted string.
const parameter = /\s*;\s*([\w-]+)=(?:"([^"\\]+)"|([^\s;,"\\]+))/y;

/**
 * Reads the header in which a gateway names itself. A header that was sent twice is refused: its values are joined with a
 * comma, which no token contains.
 * @throws Unauthenticated if it does not name a gateway
 */
function gatewayIn(header: string | null | undefined): Gateway {
  if (header == null || header === '') throw refuse('Send it.', { sent: false });
  const [, token, parameters = ''] = credential.exec(header) ?? [];
  if (token === undefined) throw refuse('It must be "Bearer <token>", and sent once.');
  const values = new Map<string, string>();
  parameter.lastIndex = 0;
  for (let at = 0; at < parameters.length; at = parameter.lastIndex) {
    const [, written = '', quoted, bare = ''] = parameter.exec(parameters) ?? [];
    const name = written.toLowerCase();
    if (!parameterNames.includes(name) || values.has(name))
      throw refuse(`After the token, it can have these parameters, each once: ${parameterNames.join(', ')}.`);
    values.set(name, quoted ?? bare);
  }
  return {
    token,
    ipHeader: values.get('ip-header'),
    audience: values.get('audience'),
    identityAudience: values.get('identity-audience'),
  };
}

const refuse = (what: string, { sent } = { sent: true }) =>
  new Unauthenticated(
    `${gatewayHeader} names the gateway, by the operator token or a key with keys:verify in the operator’s account. ${what}`,
    { sent },
  );

/** Who can be a gateway. Keys of other accounts cannot: a client could pose as the gateway with its own key. */
const security = [byOperator, byOperatorKey('keys:verify')];

/**
 * The gateway that a request comes from.
 * @throws Unauthenticated if the gateway does not name itself, or its credential is refused for any reason
 * @throws DatabaseUnavailable
 */
export function gatewayOf(context: ServiceContext, { header, client }: Incoming): Gateway | Promise<Gateway> {
  const gateway = gatewayIn(header(gatewayHeader.toLowerCase()));
  const refused = (error: unknown): never => {
    if (error instanceof Refusal && !(error instanceof DatabaseUnavailable)) throw refuse(error.message);
    throw error;
  };
  try {
    const admitted = authenticate(context, gateway.token, security, client);
    return isPromise(admitted) ? admitted.then(() => gateway, refused) : gateway;
  } catch (error) {
    return refused(error);
  }
}
