import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';

/**
 * Kills a child when this process ends: a test that failed, or a benchmark that was stopped, must not leave it running.
 * @returns when the child has ended, its exit code; null: a signal ended it
 */
export async function killedWithParent(child: ChildProcess): Promise<number | null> {
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  // 'close', not 'exit': only then has everything been read that it wrote.
  const [code]: (number | null)[] = await once(child, 'close');
  process.off('exit', kill);
  return code ?? null;
}
