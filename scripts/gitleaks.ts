/** Prints a configuration of gitleaks that finds the tokens of a deployment, by its TOKEN_PREFIX. */
import { patternOf } from '../decide/token-form.ts';
import { CannotStart } from '../server/errors.ts';
import { readConfig } from '../server/process/config.ts';

function prefixes(): readonly string[] {
  try {
    return readConfig({ TOKEN_PREFIX: process.env.TOKEN_PREFIX }).TOKEN_PREFIX;
  } catch (error) {
    if (!(error instanceof CannotStart)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

const ours = prefixes();
console.log(`title = "Latchkey"

[extend]
useDefault = true

[[rules]]
id = "latchkey-api-key"
description = "An API key of Latchkey: revoke it, and report it to POST /v1/leaks."
regex = '''${patternOf(ours)}'''
keywords = ${JSON.stringify(ours)}`);
