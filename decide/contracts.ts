/** The contracts: each is one OpenAPI document and its conventions. `latchkey`, ours, is always served. */
export const contractNames = ['latchkey', 'journal', 'share', 'oauth'] as const;
export type ContractName = (typeof contractNames)[number];
