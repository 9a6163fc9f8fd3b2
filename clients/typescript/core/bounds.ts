/**
 * @throws TypeError if one of these options is no number, or a negative one. What is made of a variable that is not set, say,
 * would bound nothing, or everything
 */
export function assertBounds<Options>(options: Options, ...names: (keyof Options & string)[]): void {
  for (const name of names) {
    const bound = options[name] ?? 0;
    if (typeof bound !== 'number' || !(bound >= 0))
      throw new TypeError(`${name} must be a number that is not negative.`);
  }
}
