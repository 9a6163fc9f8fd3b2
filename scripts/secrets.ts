/** Prints an OPERATOR_TOKEN and SIGNING_KEYS for a deployment, as lines of an env file. */
import { newSigningKeys } from '../server/jwt/signing.ts';
import { newToken, operatorPrefix } from '../server/token.ts';

console.log(`OPERATOR_TOKEN=${newToken(operatorPrefix)}`);
console.log(`SIGNING_KEYS='${JSON.stringify(await newSigningKeys())}'`);
