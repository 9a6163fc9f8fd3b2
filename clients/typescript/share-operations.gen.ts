// Generated from spec/share.json by `npm run spec`: change api/ instead.

import type { Operations } from './core/methods.ts';
import type { Data, Options } from './core/types.ts';
import type { operations, Outcome, NewAPIKey, APIKeyChange } from './share-schema.gen.ts';

/** The operations, as `methodsOf` reads them. */
export const operationTable: Operations = {
  getApiKeys: 'GET /apikey > apiKeys',
  createApiKey: 'POST /apikey body > code',
  getSingleApiKey: 'GET /apikey/{apikey_id} > apiKey',
  editApiKey: 'PATCH /apikey/{apikey_id} body > code',
  deleteApiKey: 'DELETE /apikey/{apikey_id} > code',
};

/** A method for each operation. */
export interface Methods {
  /**
   * Get APIKeys: `GET /apikey`
   *
   * Allows a logged in user to get their current api keys, oldest first.
   */
  getApiKeys(options?: Options<operations['getApiKeys']>): Promise<Data<operations['getApiKeys']>>;
  /**
   * Create API Key: `POST /apikey`
   *
   * Allows a logged in user to create a API Key. The key is a JWT. It is shown only in this response.
   */
  createApiKey(body?: NewAPIKey, options?: Options<operations['createShareApiKey']>): Promise<Data<operations['createShareApiKey']>>;
  /**
   * Get Single APIKey: `GET /apikey/{apikey_id}`
   *
   * Allows a logged in user to get a single a API Key.
   */
  getSingleApiKey(apikey_id: string, options?: Options<operations['getSingleApiKey']>): Promise<Data<operations['getSingleApiKey']>>;
  /**
   * Edit API Key: `PATCH /apikey/{apikey_id}`
   *
   * Allows a logged in user to edit a API Key.
   */
  editApiKey(apikey_id: string, body?: APIKeyChange, options?: Options<operations['editApiKey']>): Promise<Outcome>;
  /**
   * Delete API Key: `DELETE /apikey/{apikey_id}`
   *
   * Allows a logged in user to delete a API Key, at once.
   */
  deleteApiKey(apikey_id: string, options?: Options<operations['deleteShareApiKey']>): Promise<Outcome>;
}
