/** A variable that is set and not known, and the setting whose name is nearly the same. */
interface Misspelt {
  name: string;
  meant: string;
}

/**
 * Whether a text becomes the other by so many edits: a letter inserted, deleted or replaced, or two neighbours swapped.
 */
function isNear(a: string, b: string, edits: number): boolean {
  if (Math.abs(a.length - b.length) > edits) return false;
  let same = 0;
  while (same < a.length && a[same] === b[same]) same += 1;
  const [x, y] = [a.slice(same), b.slice(same)];
  if (x === '' || y === '') return true;
  if (edits === 0) return false;
  return (
    isNear(x.slice(1), y, edits - 1) ||
    isNear(x, y.slice(1), edits - 1) ||
    isNear(x.slice(1), y.slice(1), edits - 1) ||
    (x[0] === y[1] && x[1] === y[0] && isNear(x.slice(2), y.slice(2), edits - 1))
  );
}

/**
 * The variables that are probably misspelt settings. Otherwise nobody would notice that such a setting, perhaps a policy,
 * does not apply. One edit is allowed for five letters, so that `HOME` is not taken for `HOST`. Settings that are set are
 * not suggested.
 * @param settings the names of all settings
 */
export function misspelt(env: Record<string, string | undefined>, settings: readonly string[]): Misspelt[] {
  const unset = settings.filter((setting) => !env[setting]);
  return Object.keys(env).flatMap((name) => {
    if (!env[name] || settings.includes(name)) return [];
    const meant = unset.find((one) => isNear(name.toUpperCase(), one, Math.floor(one.length / 5)));
    return meant ? [{ name, meant }] : [];
  });
}

/** A question about it, for whoever starts the service. */
export const hintOn = ({ name, meant }: Misspelt): string =>
  `${name} is set, and there is no such setting: did you mean ${meant}?`;
