import type { Settings } from '../context.ts';
import { type Config, defaultPolicyOf, publicUrlOf } from './config.ts';

/** The settings of the service, as the environment configures them. */
export const settingsOf = (config: Config): Settings => ({
  contracts: config.CONTRACTS,
  publicUrl: publicUrlOf(config),
  tokenPrefixes: config.TOKEN_PREFIX,
  introspectionMaxAge: config.INTROSPECTION_MAX_AGE,
  signUp: config.SIGN_UP,
  defaultPolicy: defaultPolicyOf(config),
  leakPolicy: config.LEAK_POLICY,
  corsOrigins: config.CORS_ORIGINS,
  clientIpHeader: config.CLIENT_IP_HEADER,
});
