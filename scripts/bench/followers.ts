import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { createVerifier, type Verifier } from '../../clients/typescript/verifier/verifier.ts';

/** Many verifiers in one process, started with `fork`. It tells when all are trusted, and each time that they are again. */

const [baseUrl = '', token = '', count = '', watched = ''] = process.argv.slice(2);
process.on('disconnect', () => process.exit());

const verifiers: Verifier[] = [];
while (verifiers.length < Number(count)) {
  const some = Array.from({ length: 50 }, () => createVerifier({ baseUrl, token, cacheMb: 1 }));
  verifiers.push(...(await Promise.all(some)).slice(0, Number(count) - verifiers.length));
}
const trusted = () => verifiers.filter(({ isTrusted }) => isTrusted).length;
while (trusted() < verifiers.length) await pause(10);
process.send?.({ kind: 'trusted' });

if (watched) {
  let failed = 0;
  let verifications = 0;
  let wasTrusted = true;
  let lostAt = 0;
  for (let turn = 0; ; turn += 1) {
    // Each once a second.
    for (const [index, verifier] of verifiers.entries()) {
      if (index % 10 !== turn % 10) continue;
      verifications += 1;
      void Promise.resolve(verifier.verify(watched)).then(
        ({ valid }) => {
          if (!valid) failed += 1;
        },
        () => {
          failed += 1;
        },
      );
    }
    const isTrusted = trusted() === verifiers.length;
    if (wasTrusted && !isTrusted) lostAt = performance.now();
    if (!wasTrusted && isTrusted)
      process.send?.({ kind: 'again', milliseconds: performance.now() - lostAt, failed, verifications });
    wasTrusted = isTrusted;
    await pause(100);
  }
}
