/** How many entries the metadata of a key may have. */
export const maxMetadataEntries = 50;

/**
 * How many bytes their names and texts may take as JSON. A thousand verdicts go into one answer, each with the metadata of
 * its key.
 */
export const maxMetadataBytes = 4_096;
