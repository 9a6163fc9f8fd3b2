import { onTestFinished } from 'vitest';
import {
  createVerifier,
  type Verifier,
  type VerifierOptions,
} from '../../clients/typescript/verifier/verifier.ts';

/** Opens a verifier that is closed at the end of the test. */
export async function openVerifier(options: VerifierOptions): Promise<Verifier> {
  const verifier = await createVerifier(options);
  onTestFinished(() => verifier.close());
  return verifier;
}
