import manifest from '../../package.json' with { type: 'json' };

/** The release of Latchkey that runs. */
export const { version } = manifest;
