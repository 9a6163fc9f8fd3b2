import { authorization, DemandHeaders, Demands, demandHeaderNames } from '../../../api/authorization.ts';
import { GenerationalCache } from '../../../decide/generational-cache.ts';
import type { ScopeQuery } from '../../../decide/scope-query.ts';
import { InvalidInput } from '../../errors.ts';
import { type Incoming, sentPathOf } from '../../http/incoming.ts';
import { parseQuery } from '../../http/query.ts';
import { validated } from '../../http/zod-issues.ts';

/** What a gateway requires of its client's key. */
interface Demand {
  /** What the key must cover, all of it. */
  scopes: readonly ScopeQuery[];
  /** In units of the limits of the key. */
  cost: number;
}

/** The part of a demand that stands in one place of the request. */
interface Part {
  scope?: ScopeQuery | undefined;
  cost?: number | undefined;
}

const { path: base } = authorization.authorize;
const nothing: Part = {};

/**
 * What a gateway writes into the URL: the query after `?`, or, below the path of the operation, the next segment after `/`.
 * There the rest of the path and the query are its client's.
 *
 * The path is read as it was sent: where it is resolved, the client's dots could have replaced the segment
 * (`/v1/authorize/scope=orders:read/../-/`). Bun tells only the resolved path, in which nothing can be required: see
 * `readUrl`. Of a path outside of the operation (`/docs`), to which dots can lead, the gateway wrote nothing.
 */
function writtenIn({ request, search, target }: Incoming): string {
  const path = sentPathOf(request.url, target);
  if (path === base) return `?${search}`;
  return path.startsWith(`${base}/`) ? `/${path.slice(base.length).split('/', 2)[1]}` : '/';
}

/**
 * @param isResolved whether dots in the path may have changed its first segment
 * @throws InvalidInput for a segment that is wrong, missing, or may have been changed: then the gateway lets nobody in
 * until its configuration is right, and its client does not say what is required
 */
function readUrl(written: string, isResolved: boolean): Part {
  const [place, text] = [written[0], written.slice(1)];
  if (place === '/' && text === '-') return nothing;
  if (place === '/' && isResolved)
    throw new InvalidInput({
      detail: `This service runs on Bun, where the path of a client can undo what stands before it: ask at ${base}/-/, and require in ${demandHeaderNames.scope} and ${demandHeaderNames.cost}.`,
      parameter: 'path',
    });
  if (place === '/' && !text.includes('='))
    throw new InvalidInput({
      detail: `Below ${base}, the path begins with what is required, such as ${base}/scope=orders:read/, or with ${base}/-/ if that is nothing.`,
      parameter: 'path',
    });
  return validated(Demands, parseQuery(text), 'query') as Part;
}

/** Whether a gateway takes 403 as the only refusal. This is read even if the rest cannot be. */
export const takesOnly403 = (incoming: Incoming): boolean => /[?/&]deny=403(?:&|$)/.test(writtenIn(incoming));

/** Reads what gateways require. Most texts come from configurations, so each is parsed once. */
export class DemandReader {
  readonly #parts = new GenerationalCache<Part>(1_000);

  /**
   * The demand from all places together: whatever a client adds can only make it stricter.
   * @throws InvalidInput if a place has something else
   */
  read(incoming: Incoming): Demand {
    const written = writtenIn(incoming);
    const isResolved = incoming.target === null;
    const inUrl = written === '?' ? nothing : this.#once(written, () => readUrl(written, isResolved));
    const scope = incoming.header(demandHeaderNames.scope.toLowerCase()) ?? undefined;
    const cost = incoming.header(demandHeaderNames.cost.toLowerCase()) ?? undefined;
    const inHeaders =
      scope === undefined && cost === undefined
        ? nothing
        : this.#once(`:${cost ?? ''}:${scope ?? ''}`, () => {
            const sent = { [demandHeaderNames.scope]: scope, [demandHeaderNames.cost]: cost };
            return validated(DemandHeaders, sent, 'header') as Part;
          });
    return {
      scopes: [inUrl.scope, inHeaders.scope].filter((scope) => scope !== undefined),
      cost: Math.max(inUrl.cost ?? 1, inHeaders.cost ?? 1),
    };
  }

  #once(text: string, parse: () => Part): Part {
    const known = this.#parts.get(text);
    if (known) return known;
    const part = parse();
    if (text.length <= 1_000) this.#parts.set(text, part);
    return part;
  }
}
