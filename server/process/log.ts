import process from 'node:process';
import pino, { type Logger, type LoggerOptions } from 'pino';
import type { Config } from './config.ts';

/**
 * The log, on stdout: one JSON object per line, with the name of the level and the time in ISO 8601 (UTC). On a
 * terminal, the same as text.
 */
export function createLog(level: Config['LOG_LEVEL']): Logger {
  const options: LoggerOptions = {
    level,
    redact: ['*.token', '*.password', '*.refreshToken'],
    formatters: { level: (label) => ({ level: label }) },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  if (!process.stdout.isTTY) return pino(options);
  return pino(options, { write: (line: string) => void process.stdout.write(`${asText(line)}\n`) });
}

/** `07:31:11 info  stopped`, then the line's other facts, without the process that wrote it. */
function asText(line: string): string {
  const { time, level, msg, pid, hostname, ...facts } = JSON.parse(line);
  const rest = Object.keys(facts).length > 0 ? ` ${JSON.stringify(facts)}` : '';
  return `${time.slice(11, 19)} ${level.padEnd(5)} ${msg}${rest}`;
}
