/** Where every change to a key is told: see migrations/0002_changes.ts. */
export const channel = 'latchkey';

/** One connection to the database of one's own, on which the database speaks up by itself. */
export interface Line {
  /** Runs a statement. What is sent arrives in its order. */
  send<Row>(statement: string, ...parameters: string[]): Promise<Row[]>;
  /** Ends it at once, whatever is under way. */
  close(): void;
}

/** Opens a line. `heard` is told each notification, in the order of commits; `lost`, that the connection has ended. */
export type OpenListener = (heard: (message: string) => void, lost: (error: Error) => void) => Line;
