/** A listener connection: a connection to the database of its own, on which notifications arrive. */
export interface Listener {
  /** Runs a statement. Statements run in the order in which they are sent. */
  send<Row>(statement: string, ...parameters: string[]): Promise<Row[]>;
  /** Closes it at once, also with statements in flight. */
  close(): void;
}

/** Opens a listener connection. `heard` gets each notification, in the order of commits; `lost`, the error that ended it. */
export type OpenListener = (heard: (message: string) => void, lost: (error: Error) => void) => Listener;
