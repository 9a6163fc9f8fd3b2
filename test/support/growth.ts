/**
 * How many times as long `run` takes for twice the size: about 2 if it is linear, 4 if it is quadratic. Of several runs the
 * quickest counts, since a busy machine only makes some of them slower.
 */
export async function growth(size: number, run: (size: number) => unknown): Promise<number> {
  const timed = async (size: number) => {
    const began = performance.now();
    await run(size);
    return performance.now() - began;
  };
  let [once, twice] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let time = 0; time < 7; time += 1) {
    once = Math.min(once, await timed(size));
    twice = Math.min(twice, await timed(2 * size));
  }
  return twice / once;
}
