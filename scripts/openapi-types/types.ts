import openapiTypescript, { astToString } from 'openapi-typescript';

/**
 * The types of an OpenAPI document as TypeScript. openapi-typescript writes them with the API of TypeScript 5, which later
 * versions do not have: this package has one of its own, so that the project itself can use a later one.
 * @param document as JSON
 */
export async function typesOf(document: string): Promise<string> {
  const types = await openapiTypescript(document, {
    rootTypes: true,
    rootTypesNoSchemaPrefix: true,
    rootTypesKeepCasing: true,
  });
  return astToString(types);
}
