// Generated from spec/journal.json by `npm run spec`: change api/ instead.

import type { Operations } from './core/methods.ts';
import type { Body, Data, Options } from './core/types.ts';
import type { operations } from './journal-schema.gen.ts';

/** The operations, as `methodsOf` reads them. */
export const operationTable: Operations = {
  listApiKeys: 'GET /api/settings/api > data',
  createApiKey: 'POST /api/settings/api body > data',
  getApiKey: 'GET /api/settings/api/{id} > data',
  deleteApiKey: 'DELETE /api/settings/api/{id}',
};

/** A method for each operation. */
export interface Methods {
  /**
   * Get the list of API keys in the account: `GET /api/settings/api`
   *
   * This endpoint gets the list of API keys in the account. The API key is not returned in the response, since it's only returned when creating a new API key. This call is not paginated, since there should not be too many API keys in the account.
   */
  listApiKeys(options?: Options<operations['listApiKeys']>): Promise<Data<operations['listApiKeys']>>;
  /**
   * Create a new API key: `POST /api/settings/api`
   *
   * This endpoint creates a new API key. It will return the API key in the response. This will be the only time you will see the API key, so please save it in a secure location.
   */
  createApiKey(body?: Body<operations['createApiKey']>, options?: Options<operations['createApiKey']>): Promise<Data<operations['createApiKey']>>;
  /**
   * Get an API key: `GET /api/settings/api/{id}`
   *
   * This endpoint gets an API key.
   */
  getApiKey(id: string, options?: Options<operations['getApiKey']>): Promise<Data<operations['getApiKey']>>;
  /**
   * Delete an API key: `DELETE /api/settings/api/{id}`
   *
   * This endpoint deletes an API key, at once.
   */
  deleteApiKey(id: string, options?: Options<operations['deleteApiKey']>): Promise<void>;
}
