/** In milliseconds. Days and hours are those of UTC, which all have the same length. */
export const hourLength = 3_600_000;
export const dayLength = 24 * hourLength;
