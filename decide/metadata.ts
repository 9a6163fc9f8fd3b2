/** How many entries the metadata of a key or of an account may have. */
export const maxMetadataEntries = 50;

/**
 * How many bytes their names and texts may take as JSON. A thousand verdicts go into one answer, each with the metadata of
 * its key and of its account.
 */
export const maxMetadataBytes = 4_096;
