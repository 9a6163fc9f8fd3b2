/**
 * @throws TypeError if one of these options is no number, or a negative one. A bound that is not a number, such as that of a
 * variable that is not set, would bound nothing
 */
export function assertBounds<Options>(options: Options, ...names: (keyof Options & string)[]): void {
  for (const name of names)
    if (!(Number(options[name] ?? 0) >= 0))
      throw new TypeError(`${name} must be a number that is not negative.`);
}
