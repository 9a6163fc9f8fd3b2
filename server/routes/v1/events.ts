import { events } from '../../../api/events.ts';
import type { AccountQueue } from '../../account-queue.ts';
import { isOfOperator, readableAccountOf, turnOf } from '../../auth/callers.ts';
import type { ServiceContext } from '../../context.ts';
import { InvalidInput } from '../../errors.ts';
import { followEvents, settledNumber, skipsEvents } from '../../events/following.ts';
import { assertKnown, combines, type Event, listEvents } from '../../events/lists.ts';
import { type Operation, operation } from '../../http/operation.ts';
import { cursorAt, numberOf, placeAt } from './page.ts';

const digits = (value: number) => value.toString(16).padStart(12, '0');

const eventBody = ({ number, at, accountId, keyId, ...facts }: Event) => ({
  ...facts,
  // Sorts as the list does: by time, then by number.
  id: `evt_${digits(at.getTime())}${digits(number)}`,
  at: at.toISOString(),
  accountId: `acc_${accountId}`,
  keyId: keyId && `key_${keyId}`,
});

/** @param lists where lists wait that read more rows than they show */
export const eventOperations = (context: ServiceContext, lists: AccountQueue): Operation[] => [
  operation(events.list, async ({ caller, query, signal }) => {
    const { order, limit, cursor, keyId, type, actor, from, to } = query;
    if (from && to && from >= to)
      throw new InvalidInput({ detail: 'Must be before `to`.', parameter: 'from' });
    const accountId = await readableAccountOf(context, caller, query);
    const filter = { accountId, keyId, type, actor, from, to, hidesOperator: !isOfOperator(caller) };
    const list = `events of ${accountId ?? 'all accounts'}, ${order}`;
    const inTurn = <Page>(isLong: boolean, read: () => Promise<Page>) =>
      isLong ? lists.run(turnOf(caller, list), signal, read) : read();
    /** A cursor is of an earlier answer, so its account was known then. */
    const bodiesOf = async (page: Event[]) => {
      if (page.length === 0 && cursor === undefined && accountId !== undefined)
        await assertKnown(context.db, accountId);
      return page.map(eventBody);
    };
    if (order === 'asc') {
      const after = numberOf(list, cursor);
      // Before its turn, since it may wait for others.
      const newest = await settledNumber(context.db);
      const page = await inTurn(skipsEvents(filter), () =>
        followEvents(context.db, filter, { limit, newest, after }),
      );
      const followCursor = cursorAt(list, [page.place]);
      const nextCursor = page.more ? followCursor : null;
      return { data: await bodiesOf(page.events), nextCursor, followCursor };
    }
    const [at, number = 0] = placeAt(list, cursor) ?? [];
    const before = at === undefined ? undefined : { at: new Date(at), number };
    const { events: page, next } = await inTurn(combines(filter), () =>
      listEvents(context.db, filter, { limit, before }),
    );
    const nextCursor = next ? cursorAt(list, [next.at.getTime(), next.number]) : null;
    return { data: await bodiesOf(page), nextCursor, followCursor: null };
  }),
];
