/** Prints a configuration of gitleaks that finds the tokens of a deployment: keys by its TOKEN_PREFIX, operator and refresh tokens. */
import { patternOf } from '../decide/token-form.ts';
import { CannotStart } from '../server/errors.ts';
import { readConfig } from '../server/process/config.ts';
import { operatorPrefix, refreshPrefix } from '../server/token.ts';

function prefixes(): readonly string[] {
  try {
    return readConfig({ TOKEN_PREFIX: process.env.TOKEN_PREFIX }).TOKEN_PREFIX;
  } catch (error) {
    if (!(error instanceof CannotStart)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

const ours = [...prefixes(), operatorPrefix, refreshPrefix];
console.log(`title = "Latchkey"

[extend]
useDefault = true

[[rules]]
id = "latchkey-token"
description = "A token of Latchkey: report it to POST /v1/leaks, and revoke the key. An operator token (lko_): change OPERATOR_TOKEN."
regex = '''${patternOf(ours)}'''
keywords = ${JSON.stringify(ours)}`);
